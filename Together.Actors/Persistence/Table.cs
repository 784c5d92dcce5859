using Npgsql;
using NpgsqlTypes;

namespace Together.Actors.Persistence;

/// <summary>
/// One table's share of a batch: rows to write and keys to delete, collapsed per key, so that the last change wins and a
/// batch is at most two statements. One writer.
/// </summary>
internal sealed class Table<TKey, TRow>(string name, string keyColumns, Func<TRow, TKey> key, Func<IReadOnlyCollection<TKey>, NpgsqlParameter[]> keys, params Column<TRow>[] columns)
    where TKey : struct
    where TRow : class
{
    private readonly Dictionary<TKey, TRow> _rows = [];
    private readonly HashSet<TKey> _deleted = [];

    private readonly string _upsert = $"""
        insert into {name} ({string.Join(", ", columns.Select(column => column.Name))})
        select {string.Join(", ", columns.Select((column, i) => column.Read($"c{i}")))}
        from unnest({string.Join(", ", columns.Select((column, i) => $"${i + 1}::{column.ArrayType}"))}) as x({string.Join(", ", columns.Select((_, i) => $"c{i}"))})
        on conflict ({keyColumns}) do update set {string.Join(", ", columns.Select(column => $"{column.Name} = excluded.{column.Name}"))}
        """;

    private readonly string _delete = keyColumns.Contains(',', StringComparison.Ordinal)
        ? $"delete from {name} using unnest($1::uuid[], $2::uuid[]) as k(a, b) where ({keyColumns}) = (k.a, k.b)"
        : $"delete from {name} where {keyColumns} = any($1)";

    public void Upsert(TRow row)
    {
        _rows[key(row)] = row;
        _deleted.Remove(key(row));
    }

    public void Delete(TKey id)
    {
        _rows.Remove(id);
        _deleted.Add(id);
    }

    /// <summary>The row as this batch has it so far.</summary>
    public TRow? Find(TKey id) => _rows.GetValueOrDefault(id);

    /// <summary>Forgets the rows that pass, for a statement of the caller's that deletes a whole group.</summary>
    public void Forget(Func<TRow, bool> filter)
    {
        foreach (var (id, row) in _rows)
        {
            if (filter(row)) _rows.Remove(id);
        }
    }

    public void Clear()
    {
        _rows.Clear();
        _deleted.Clear();
    }

    public void WriteCommands(NpgsqlBatch batch)
    {
        if (_deleted.Count > 0) batch.BatchCommands.Add(Sql.Command(_delete, keys(_deleted)));
        if (_rows.Count > 0) batch.BatchCommands.Add(Sql.Command(_upsert, [.. columns.Select(column => column.Values(_rows.Values))]));
    }
}

/// <param name="Name">In the table.</param>
/// <param name="ArrayType">What is sent, such as <c>uuid[]</c>.</param>
/// <param name="Values">The column of these rows as one array parameter.</param>
/// <param name="Expression">From the sent value, <c>{0}</c>, to the column's; null when it is the same.</param>
internal sealed record Column<TRow>(string Name, string ArrayType, Func<IReadOnlyCollection<TRow>, NpgsqlParameter> Values, string? Expression = null)
{
    public string Read(string value) => Expression?.Replace("{0}", value, StringComparison.Ordinal) ?? value;
}

internal static class Sql
{
    /// <summary>Arrays of arrays cannot be unnested; a list of IDs travels as text.</summary>
    public const string IdList = "string_to_array({0}, ',')::uuid[]";

    public static NpgsqlBatchCommand Command(string text, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }

    public static NpgsqlParameter Array<TRow, T>(IReadOnlyCollection<TRow> rows, Func<TRow, T> value)
    {
        var values = new T[rows.Count];
        var i = 0;
        foreach (var row in rows) values[i++] = value(row);
        var parameter = new NpgsqlParameter<T[]> { TypedValue = values };
        // Npgsql takes the type from the first value's kind, and a null has none.
        if (typeof(T) == typeof(DateTime?)) parameter.NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz;
        return parameter;
    }

    public static Column<TRow> Column<TRow, T>(string name, string arrayType, Func<TRow, T> value, string? expression = null) =>
        new(name, arrayType, rows => Array(rows, value), expression);
}
