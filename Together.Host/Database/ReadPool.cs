using Npgsql;

namespace Together.Host.Database;

/// <summary>Makes the data sources that everything but the journal's writer uses. The caller owns and disposes what it gets.</summary>
public static class ReadPool
{
    /// <summary>
    /// A search is planned for its own words, and by hand: which index to use in which order is decided before, and only one way to follow it
    /// is left. What takes 5 s helps nobody any more.
    /// </summary>
    private const string ForSearches =
        "-c plan_cache_mode=force_custom_plan -c statement_timeout=5s -c jit=off -c work_mem=16MB -c max_parallel_workers_per_gather=0 -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off";

    /// <param name="connectionString">Of the database to read.</param>
    /// <param name="size">Connections at most.</param>
    /// <param name="loggers">For Npgsql's own log; null for none.</param>
    public static NpgsqlDataSource Create(string connectionString, int size, ILoggerFactory? loggers = null) => Build(connectionString, size, loggers, "");

    /// <summary>For searches and their index, so that they take nothing from other reads.</summary>
    /// <param name="connectionString">Of the database to search.</param>
    /// <param name="size">Connections at most.</param>
    public static NpgsqlDataSource CreateForSearches(string connectionString, int size) => Build(connectionString, size, null, ForSearches);

    private static NpgsqlDataSource Build(string connectionString, int size, ILoggerFactory? loggers, string options)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(connectionString);
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        if (loggers is not null) builder.UseLoggerFactory(loggers);

        var settings = builder.ConnectionStringBuilder;
        settings.ApplicationName = "together";
        settings.MaxPoolSize = size;
        // Measured on a page of history: prepared is 2.5 times unprepared, and multiplexing is slower than either.
        settings.MaxAutoPrepare = 50;
        settings.AutoPrepareMinUsages = 2;
        settings.Multiplexing = false;
        settings.Options = $"{settings.Options} {options}".Trim();
        return builder.Build();
    }
}
