using Together.Host.Http;
using Together.Protocol;
using Xunit;

namespace Together.Tests.Http;

public class FieldErrorsTests
{
    private readonly FieldErrors _errors = new();

    [Fact]
    public void valid_fields_leave_no_problem()
    {
        Assert.Equal("Ada", _errors.Text("name", "  Ada ", 1, 3));
        Assert.Equal("👩‍💻", _errors.Text("emoji", "👩‍💻", 1, 10));
        Assert.Null(_errors.TextOrNull("topic", "  ", 10));
        Assert.Null(_errors.TextOrNull("topic", null, 10));
        Assert.Equal(5, _errors.Number("limit", 5, 1, 5));
        Assert.Equal(1, _errors.Word("type", "voice", "text", "voice"));
        Assert.True(_errors.Required("hoist", (bool?)true));
        Assert.Equal([1, 2], _errors.List("ids", [1, 2], 1, 2));
        Assert.False(_errors.IsAny(out _));
    }

    [Theory]
    [InlineData(null, "is required")]
    [InlineData("", "must have 1 to 3 characters")]
    [InlineData("   ", "must have 1 to 3 characters")]
    [InlineData("Adaa", "must have 1 to 3 characters")]
    [InlineData("A\0a", "must not contain NUL")]
    public void text_that_cannot_be_stored_is_refused(string? value, string message)
    {
        _errors.Text("name", value, 1, 3);
        Assert.Equal(message, Only("name"));
    }

    [Fact]
    public void lone_surrogates_are_refused()
    {
        _errors.Text("high", "a\ud83d", 1, 3);
        _errors.Text("low", "\ude00a", 1, 3);
        _errors.Text("swapped", "\ude00\ud83d", 1, 3);
        Assert.True(_errors.IsAny(out var problem));
        Assert.Equal(["high", "low", "swapped"], problem.Errors!.Keys);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(6)]
    public void number_outside_its_range_is_refused(int? value)
    {
        _errors.Number("limit", value, 1, 5);
        Assert.Equal(value is null ? "is required" : "must be from 1 to 5", Only("limit"));
    }

    [Theory]
    [InlineData(null, "is required")]
    [InlineData("Voice", "must be one of: text, voice")]
    public void word_that_is_not_one_is_refused(string? value, string message)
    {
        _errors.Word("type", value, "text", "voice");
        Assert.Equal(message, Only("type"));
    }

    [Fact]
    public void missing_value_and_long_list_are_refused()
    {
        _errors.Required<bool>("hoist", null);
        _errors.List<int>("none", null, 1, 2);
        _errors.List("ids", [1, 2, 3], 1, 2);
        Assert.True(_errors.IsAny(out var problem));
        Assert.Equal(["hoist", "none", "ids"], problem.Errors!.Keys);
    }

    [Fact]
    public void messages_of_one_field_add_up()
    {
        _errors.Add("name", "first");
        _errors.Add("name", "second");
        Assert.True(_errors.IsAny(out var problem));
        Assert.Equal(ErrorCode.InvalidBody, problem.Code);
        Assert.Equal(["first", "second"], problem.Errors!["name"]);
    }

    private string Only(string field)
    {
        Assert.True(_errors.IsAny(out var problem));
        return Assert.Single(Assert.Single(problem.Errors!, error => error.Key == field).Value);
    }
}
