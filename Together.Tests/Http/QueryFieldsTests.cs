using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Together.Host.Http;
using Together.Protocol;
using Xunit;

namespace Together.Tests.Http;

public class QueryFieldsTests
{
    private const string Id = "0198c0de-0000-7000-8000-000000000001";

    [Theory]
    [InlineData("", 50)]
    [InlineData("?limit=", 50)]
    [InlineData("?limit=1", 1)]
    [InlineData("?limit=100", 100)]
    public void limit_is_1_to_100_and_50_when_absent(string query, int expected)
    {
        var fields = Fields(query);
        Assert.Equal(expected, fields.Limit());
        Assert.False(fields.IsInvalid(out _));
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=101")]
    [InlineData("?limit=-1")]
    [InlineData("?limit=1.5")]
    [InlineData("?limit=many")]
    [InlineData("?limit=99999999999")]
    [InlineData("?limit=1&limit=2")]
    public void limit_outside_its_range_is_invalid_query(string query)
    {
        var fields = Fields(query);
        fields.Limit();
        Assert.True(fields.IsInvalid(out var problem));
        Assert.Equal(ErrorCode.InvalidQuery, problem.Code);
        Assert.Equal("limit", Assert.Single(problem.Errors!).Key);
    }

    [Fact]
    public void page_has_one_mark()
    {
        var page = Fields($"?limit=10&before={Id}").Page<UserId>();
        Assert.Equal(new Page<UserId>(10, UserId.From(Guid.Parse(Id)), null, null), page);
    }

    [Theory]
    [InlineData($"?before={Id}&after={Id}")]
    [InlineData($"?around={Id}&after={Id}")]
    [InlineData("?before=yesterday")]
    [InlineData("?after=0198c0de000070008000000000000001")]
    [InlineData("?before=2026-11-21T12:00:00Z")]
    public void odd_marks_are_invalid_query(string query)
    {
        var fields = Fields(query);
        fields.Page<UserId>();
        Assert.True(fields.IsInvalid(out _));
    }

    [Fact]
    public void messages_page_by_time_too()
    {
        var noon = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal(UuidV7.Floor(noon), Fields("?before=2026-11-21T12:00:00.000Z").MessagePage().Before!.Value.Value);
        Assert.Equal(UuidV7.Floor(noon), Fields("?before=2026-11-21T13:00:00%2B01:00").MessagePage().Before!.Value.Value);
        Assert.Equal(UuidV7.Floor(noon.AddMilliseconds(1)), Fields("?before=2026-11-21T12:00:00.0004Z").MessagePage().Before!.Value.Value);
        Assert.Equal(UuidV7.Floor(noon.AddMilliseconds(1)), Fields("?after=2026-11-21T12:00:00Z").MessagePage().After!.Value.Value);
        Assert.Equal(Guid.Parse(Id), Fields($"?after={Id}").MessagePage().After!.Value.Value);
    }

    [Theory]
    [InlineData("?before=tomorrow")]
    [InlineData("?before=2026-13-01T00:00:00Z")]
    [InlineData("?after=0001-01-01T00:00:00Z")]
    [InlineData("?after=9999-12-31T23:59:59.9999Z")]
    [InlineData("?around=2026-11-21T12:00:00Z")]
    public void odd_times_are_invalid_query(string query)
    {
        var fields = Fields(query);
        fields.MessagePage();
        Assert.True(fields.IsInvalid(out _));
    }

    [Fact]
    public void text_is_bounded_and_without_nul()
    {
        Assert.Equal("cats", Fields("?q=%20cats").Text("q", 10));
        Assert.Null(Fields("?q=").Text("q", 10));
        foreach (var query in (string[])["?q=catscatscats", "?q=a%00b", "?q=a&q=b"])
        {
            var fields = Fields(query);
            fields.Text("q", 10);
            Assert.True(fields.IsInvalid(out _), query);
        }
    }

    private static QueryFields Fields(string query) => new(new QueryCollection(QueryHelpers.ParseQuery(query)));
}
