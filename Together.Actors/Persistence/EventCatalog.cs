using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Together.Protocol;

namespace Together.Actors.Persistence;

/// <summary>
/// The manifests: a stable, versioned name for every event and snapshot in the database, never a CLR type name.
/// Filled at start, read by any thread.
/// </summary>
public sealed class EventCatalog
{
    private readonly Dictionary<string, JsonTypeInfo> _types = [];
    private readonly Dictionary<Type, (string Manifest, JsonTypeInfo Json)> _manifests = [];

    public IEnumerable<Type> Types => _manifests.Keys;

    /// <param name="manifest">Name and version, such as <c>channel.message_posted.v1</c>.</param>
    /// <param name="json">Source-generated contract of the type.</param>
    public EventCatalog Add<T>(string manifest, JsonTypeInfo<T> json) where T : class
    {
        _types.Add(manifest, json);
        _manifests.Add(typeof(T), (manifest, json));
        return this;
    }

    public string Manifest(object value) => _manifests[value.GetType()].Manifest;

    public string Manifest(Type type) => _manifests[type].Manifest;

    public byte[] Write(object value) => WireText.Write(value, _manifests[value.GetType()].Json);

    /// <exception cref="UnknownManifestException">The journal was written by a newer version.</exception>
    public object Read(string manifest, ReadOnlySpan<byte> payload) =>
        _types.TryGetValue(manifest, out var json)
            ? JsonSerializer.Deserialize(payload, json) ?? throw new JsonException($"{manifest}: null payload")
            : throw new UnknownManifestException(manifest);
}

public sealed class UnknownManifestException(string manifest)
    : Exception($"the journal holds \"{manifest}\", which this version does not know: it was written by a newer one");
