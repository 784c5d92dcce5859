using Npgsql;

namespace Together.Host.Database;

/// <summary>Makes the data source that everything but the journal's writer uses. The caller owns and disposes what it gets.</summary>
public static class ReadPool
{
    /// <param name="connectionString">Of the database to read.</param>
    /// <param name="size">Connections at most.</param>
    /// <param name="loggers">For Npgsql's own log; null for none.</param>
    public static NpgsqlDataSource Create(string connectionString, int size, ILoggerFactory? loggers = null)
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
        return builder.Build();
    }
}
