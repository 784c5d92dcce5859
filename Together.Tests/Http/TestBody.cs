using System.Text.Json.Serialization;
using Together.Host.Http;
using Together.Protocol;

namespace Together.Tests.Http;

internal sealed record TestBody(string? DisplayName, int? Count, ChannelId? ChannelId, Patch<string> Topic, Patch<int> Position, TestInner? Inner);

internal sealed record TestInner(Permissions? Allow);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TestBody))]
[JsonSerializable(typeof(IReadOnlyList<TestInner>))]
internal sealed partial class TestJson : JsonSerializerContext;
