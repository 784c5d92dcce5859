using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Together.Host.Http;
using Together.Protocol;
using Xunit;

namespace Together.Tests.Http;

public class JsonBodyTests
{
    [Fact]
    public async Task fields_are_snake_case_nullable_and_the_unknown_ones_are_ignored()
    {
        var body = await Read("""{"display_name": "Ada", "count": null, "new_in_v9": [1], "inner": {"allow": "3"}}""");
        Assert.True(body.TryGet(out var value, out _));
        Assert.Equal("Ada", value.DisplayName);
        Assert.Null(value.Count);
        Assert.Null(value.ChannelId);
        Assert.Equal(Permissions.ViewChannel | Permissions.SendMessages, value.Inner!.Allow);
    }

    [Fact]
    public async Task patch_tells_absent_null_and_value_apart()
    {
        var value = Value(await Read("""{"topic": null, "position": 3}"""));
        Assert.True(value.Topic.IsPresent);
        Assert.True(value.Topic.IsNull);
        Assert.Null(value.Topic.Or("before"));
        Assert.True(value.Position.TryGet(out var position));
        Assert.Equal(3, position);

        value = Value(await Read("{}"));
        Assert.False(value.Topic.IsPresent);
        Assert.False(value.Topic.IsNull);
        Assert.Equal("before", value.Topic.Or("before"));
        Assert.False(value.Position.TryGet(out _));

        Assert.Equal("new", Value(await Read("""{"topic": "new"}""")).Topic.Or("before"));
    }

    [Theory]
    [InlineData("""{"display_name": 1}""", "display_name", "has the wrong type")]
    [InlineData("""{"count": "1"}""", "count", "has the wrong type")]
    [InlineData("""{"count": 1.5}""", "count", "has the wrong type")]
    [InlineData("""{"count": 99999999999}""", "count", "has the wrong type")]
    [InlineData("""{"channel_id": "x"}""", "channel_id", "must be a UUID")]
    [InlineData("""{"channel_id": 1}""", "channel_id", "must be a UUID")]
    [InlineData("""{"topic": 1}""", "topic", "has the wrong type")]
    [InlineData("""{"position": "3"}""", "position", "has the wrong type")]
    [InlineData("""{"inner": []}""", "inner", "has the wrong type")]
    [InlineData("""{"inner": {"allow": "-1"}}""", "inner.allow", "must be a decimal string of a 64-bit mask")]
    [InlineData("""{"display_name": "\ud800"}""", "display_name", "has the wrong type")]
    [InlineData("""{"topic": "\ud800"}""", "topic", "has the wrong type")]
    [InlineData("""{"channel_id": "\ud800"}""", "channel_id", "*")]
    public async Task field_of_the_wrong_type_is_named(string json, string field, string message)
    {
        var problem = Refusal(await Read(json));
        Assert.Equal(ErrorCode.InvalidBody, problem.Code);
        var error = Assert.Single(problem.Errors!);
        Assert.Equal(field, error.Key);
        if (message != "*") Assert.Equal([message], error.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("{} x")]
    [InlineData("{'a': 1}")]
    [InlineData("""{"a": 1,}""")]
    [InlineData("""{"a": 1} // comment""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("1")]
    public async Task what_is_not_one_json_object_is_invalid_body(string json)
    {
        var problem = Refusal(await Read(json));
        Assert.Equal(ErrorCode.InvalidBody, problem.Code);
        Assert.Null(problem.Errors);
    }

    [Fact]
    public async Task property_name_with_a_lone_surrogate_is_invalid_body() =>
        Assert.Equal(ErrorCode.InvalidBody, Refusal(await Read("""{"\ud800": 1}""")).Code);

    [Fact]
    public async Task invalid_utf8_is_invalid_body()
    {
        var problem = Refusal(await Read([.. "{\"display_name\": \""u8, 0xC3, 0x28, .. "\"}"u8]));
        Assert.Equal("The body is not UTF-8.", problem.Detail);
    }

    [Fact]
    public async Task deep_nesting_is_invalid_body()
    {
        var problem = Refusal(await Read("{\"x\":" + new string('[', 40) + new string(']', 40) + "}"));
        Assert.Equal(ErrorCode.InvalidBody, problem.Code);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("application/json", true)]
    [InlineData("Application/JSON; charset=UTF-8", true)]
    [InlineData("application/json; charset=\"utf-8\"", true)]
    [InlineData("application/merge-patch+json", true)]
    [InlineData("text/plain", false)]
    [InlineData("application/x-www-form-urlencoded", false)]
    [InlineData("multipart/form-data; boundary=x", false)]
    [InlineData("application/json; charset=utf-16", false)]
    [InlineData("nonsense", false)]
    public async Task media_type_must_be_json_if_there_is_one(string? mediaType, bool accepted)
    {
        var context = Request("{}"u8.ToArray());
        context.Request.ContentType = mediaType;
        var body = await context.ReadJsonAsync(TestJson.Default.TestBody);
        Assert.Equal(accepted ? null : ErrorCode.UnsupportedMediaType, Record(body)?.Code);
    }

    [Fact]
    public async Task compressed_body_is_unsupported()
    {
        var context = Request("{}"u8.ToArray());
        context.Request.Headers.ContentEncoding = "gzip";
        Assert.Equal(ErrorCode.UnsupportedMediaType, Refusal(await context.ReadJsonAsync(TestJson.Default.TestBody)).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task body_over_a_mebibyte_is_too_large(bool declared)
    {
        var largest = Encoding.UTF8.GetBytes("{}" + new string(' ', Limits.JsonBodyMaxBytes - 2));
        var context = Request(largest);
        Assert.Null(Record(await context.ReadJsonAsync(TestJson.Default.TestBody)));

        context = Request([.. largest, (byte)' ']);
        if (declared) context.Request.ContentLength = Limits.JsonBodyMaxBytes + 1;
        Assert.Equal(ErrorCode.PayloadTooLarge, Refusal(await context.ReadJsonAsync(TestJson.Default.TestBody)).Code);
    }

    [Fact]
    public void list_takes_an_array_and_nothing_else()
    {
        Assert.True(Parse("""[{"allow": 1}]""").TryGet(out var list, out _));
        Assert.Equal(Permissions.ViewChannel, Assert.Single(list).Allow);
        Assert.False(Parse("{}").TryGet(out _, out _));
        Assert.False(Parse("""[{"allow": true}]""").TryGet(out _, out var problem));
        Assert.Equal("[0].allow", Assert.Single(problem.Errors!).Key);

        static OrProblem<IReadOnlyList<TestInner>> Parse(string json) =>
            JsonBody.Parse(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(json)), TestJson.Default.IReadOnlyListTestInner);
    }

    private static ValueTask<OrProblem<TestBody>> Read(string json) => Read(Encoding.UTF8.GetBytes(json));

    private static ValueTask<OrProblem<TestBody>> Read(byte[] json) => Request(json).ReadJsonAsync(TestJson.Default.TestBody);

    private static DefaultHttpContext Request(byte[] body)
    {
        var context = new DefaultHttpContext();
        context.Request.Body = new MemoryStream(body);
        return context;
    }

    private static TestBody Value(OrProblem<TestBody> body)
    {
        Assert.True(body.TryGet(out var value, out _));
        return value;
    }

    private static Problem Refusal(OrProblem<TestBody> body)
    {
        Assert.False(body.TryGet(out _, out var problem));
        return problem;
    }

    private static Problem? Record(OrProblem<TestBody> body) => body.TryGet(out _, out var problem) ? null : problem;
}
