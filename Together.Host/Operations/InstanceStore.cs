using Npgsql;
using Together.Host.Configuration;

namespace Together.Host.Operations;

/// <summary>What an instance is called and who may register.</summary>
public sealed record InstanceProfile(string Name, RegistrationMode Registration);

/// <summary>
/// The instance's row in PostgreSQL, read anew each time: what one node's admin sets holds on every node. Any thread; lives as
/// long as the host.
/// </summary>
/// <param name="configured">Holds until an admin chooses.</param>
public sealed class InstanceStore(NpgsqlDataSource database, RegistrationMode configured)
{
    public async Task<InstanceProfile> ReadAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select name, registration from instance");
        return await ReadAsync(command, cancellation);
    }

    /// <summary>Changes what is not null; answers what holds then.</summary>
    public async Task<InstanceProfile> ChangeAsync(string? name, RegistrationMode? registration, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "update instance set name = coalesce($1, name), registration = coalesce($2, registration) returning name, registration");
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = name });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = registration is { } mode ? Word(mode) : null });
        return await ReadAsync(command, cancellation);
    }

    /// <summary>As configuration, row and clients write it.</summary>
    public static string Word(RegistrationMode mode) => Words[(int)mode];

    /// <summary>In the order of <see cref="RegistrationMode"/>.</summary>
    internal static readonly string[] Words = ["open", "invite", "closed"];

    private async Task<InstanceProfile> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new InstanceProfile(reader.GetString(0), reader.IsDBNull(1) ? configured : (RegistrationMode)Array.IndexOf(Words, reader.GetString(1)));
    }
}
