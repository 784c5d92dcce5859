using Npgsql;
using Together.Host.Database;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Database;

public class ReadPoolTests(PostgresFixture postgres)
{
    [Fact]
    public async Task repeated_query_is_prepared()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var pool = ReadPool.Create(database.ConnectionString, size: 1);
        for (var i = 0; i < 3; i++)
        {
            await using var read = pool.CreateCommand("select position from journal where scope = any($1)");
            read.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [Guid.Empty] });
            await read.ExecuteNonQueryAsync();
        }

        await using var prepared = pool.CreateCommand("select count(*) from pg_prepared_statements where statement like '%from journal%'");
        Assert.Equal(1L, await prepared.ExecuteScalarAsync());
    }

    [Fact]
    public async Task connections_are_named_and_not_more_than_the_size()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var pool = ReadPool.Create($"{database.ConnectionString};Timeout=1", size: 2);
        await using var first = await pool.OpenConnectionAsync();
        await using var second = await pool.OpenConnectionAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () => await pool.OpenConnectionAsync());
        Assert.Equal(2, await database.ScalarAsync<long>("select count(*) from pg_stat_activity where application_name = 'together' and datname = current_database()"));
    }
}
