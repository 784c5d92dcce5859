using System.Globalization;
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
    [InlineData("Ada Lovelace")]
    [InlineData("👩‍💻 ❤\ufe0f 1\ufe0f⃣ 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f")]
    [InlineData("שָׁלוֹם")]
    [InlineData("می‌خواهم")]
    [InlineData("ཧཱུྃ")]
    [InlineData("e\u0300\u0301\u0302\u0303\u0304")]
    [InlineData("e\u0300\u0301\u0302\u0303\u0304e\u0305")]
    [InlineData("-")]
    public void names_in_any_script_are_taken(string name)
    {
        Assert.Equal(name, _errors.Name("name", $" {name} ", 1, 100));
        Assert.Equal(name, _errors.NameOrNull("name", name, 100));
        Assert.False(_errors.IsAny(out _));
    }

    [Theory]
    [InlineData(0x01, 0x09, 0x0A, 0x0D, 0x1F, 0x7F, 0x80, 0x85, 0x9F, 0x2028, 0x2029)]
    public void name_of_more_than_a_line_is_refused(params int[] characters) => Refused("must not contain control characters or line breaks", characters, "Ada{0}Bob");

    [Theory]
    [InlineData(0x061C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069)]
    public void name_that_turns_the_text_around_it_is_refused(params int[] characters) => Refused("must not contain characters that change the direction of text", characters, "Ada{0}Bob");

    [Theory]
    [InlineData(0xAD, 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180E, 0x200B, 0x200C, 0x200D, 0x2060, 0x2064, 0x2065, 0x206F)]
    [InlineData(0x2800, 0x3164, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0, 0xFFF8, 0x1D159, 0x1D173, 0xE0000, 0xE0001, 0xE0041, 0xE0100, 0xE0FFF)]
    [InlineData(0x0300, 0x20DD)]
    public void name_of_which_nothing_is_seen_is_refused(params int[] characters)
    {
        Refused("must have a visible character", characters, "{0}");
        Refused("must have a visible character", characters, "{0}\u200b \u3164");
    }

    [Theory]
    [InlineData("e\u0300\u0301\u0302\u0303\u0304\u0305")]
    [InlineData("e\u0300\u0301\u0302\u200d\u0303\u0304\u0305")]
    [InlineData("Ada e\u0300\u0301\u0302\u0303\u0304\u20dd")]
    public void name_with_a_pile_of_marks_is_refused(string name)
    {
        _errors.Name("name", name, 1, 100);
        Assert.Equal("must not have more than 5 combining marks in a row", Only("name"));
    }

    [Fact]
    public void name_is_also_text()
    {
        _errors.Name("none", null, 1, 3);
        _errors.Name("long", "Adaa", 1, 3);
        _errors.Name("nul", "A\0a", 1, 3);
        _errors.NameOrNull("lone", "\ud83d", 3);
        _errors.Content("content", null, 1, 3);
        Assert.Null(_errors.NameOrNull("blank", " \n", 3));
        Assert.True(_errors.IsAny(out var problem));
        Assert.Equal(
            [("none", "is required"), ("long", "must have 1 to 3 characters"), ("nul", "must not contain NUL"), ("lone", "must be Unicode text"), ("content", "is required")],
            problem.Errors!.Select(error => (error.Key, Assert.Single(error.Value))));
    }

    [Fact]
    public void content_keeps_everything_but_a_flood_of_marks()
    {
        var most = "e" + new string('\u0301', 30);
        foreach (var content in (string[])["a\u202eb\u2066", "\u200b", "line\nline\u2028\u0007", $"{most}{most}"]) Assert.Equal(content, _errors.Content("content", content, 1, 100));
        Assert.False(_errors.IsAny(out _));
        _errors.Content("content", $"before {most}\u0301 behind", 1, 100);
        Assert.Equal("must not have more than 30 combining marks in a row", Only("content"));
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

    private static void Refused(string message, int[] characters, string format)
    {
        foreach (var character in characters)
        {
            var errors = new FieldErrors();
            errors.Name("name", string.Format(CultureInfo.InvariantCulture, format, char.ConvertFromUtf32(character)), 1, 100);
            Assert.True(errors.IsAny(out var problem), $"U+{character:X4} was taken");
            Assert.Equal(message, Assert.Single(problem.Errors!["name"]));
        }
    }

    private string Only(string field)
    {
        Assert.True(_errors.IsAny(out var problem));
        return Assert.Single(Assert.Single(problem.Errors!, error => error.Key == field).Value);
    }
}
