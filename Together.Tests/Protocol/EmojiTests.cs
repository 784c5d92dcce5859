using System.Text;
using Together.Protocol;
using Xunit;

namespace Together.Tests.Protocol;

public class EmojiTests
{
    private static readonly string[] All = ReadAll();

    [Fact]
    public void every_emoji_of_the_list_is_its_own_normal_form()
    {
        // Emoji 17.0 has 3,953 with the nine components.
        Assert.Equal(3944, All.Length);
        Assert.All(All, emoji => Assert.Equal(emoji, Normal(emoji)));
    }

    [Fact]
    public void every_emoji_is_found_with_fewer_selectors()
    {
        foreach (var emoji in All)
        {
            Assert.Equal(emoji, Normal(emoji.Replace("\ufe0f", "", StringComparison.Ordinal)));
            for (var i = emoji.IndexOf('\ufe0f', StringComparison.Ordinal); i >= 0; i = emoji.IndexOf('\ufe0f', i + 1)) Assert.Equal(emoji, Normal(emoji.Remove(i, 1)));
        }
    }

    [Fact]
    public void nothing_is_an_emoji_with_a_character_more()
    {
        foreach (var emoji in All)
        {
            foreach (var more in (string[])["a", "0", "#", " ", "\ufe0e", "\u200d", "\u0301", "😀", "🇦", "\U000e0061", "\U000e007f"])
            {
                if (!All.Contains(emoji + more)) Assert.Null(Normal(emoji + more));
            }
        }
    }

    [Theory]
    [InlineData("⭐\ufe0f", "⭐")]
    [InlineData("❤", "❤\ufe0f")]
    [InlineData("❤\ufe0f", "❤\ufe0f")]
    [InlineData("1⃣", "1\ufe0f⃣")]
    [InlineData("👁‍🗨", "👁\ufe0f‍🗨\ufe0f")]
    [InlineData("👁‍🗨\ufe0f", "👁\ufe0f‍🗨\ufe0f")]
    [InlineData("👩\ufe0f‍💻\ufe0f", "👩‍💻")]
    public void spellings_of_one_emoji_are_one(string text, string emoji) => Assert.Equal(emoji, Normal(text));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a")]
    [InlineData("1")]
    [InlineData("#")]
    [InlineData("1\ufe0f")]
    [InlineData("⃣")]
    [InlineData("ok")]
    [InlineData(":heart:")]
    [InlineData(" ❤\ufe0f")]
    [InlineData("❤\ufe0e")]
    [InlineData("❤\ufe0f\ufe0f")]
    [InlineData("\ufe0f❤")]
    [InlineData("\ufe0f")]
    [InlineData("\u200d")]
    [InlineData("😀😀")]
    [InlineData("🏽")]
    [InlineData("🦰")]
    [InlineData("👍\ufe0f🏽")]
    [InlineData("😀🏽")]
    [InlineData("🇩")]
    [InlineData("🇽🇽")]
    [InlineData("🇩\ufe0f🇪")]
    [InlineData("👩‍")]
    [InlineData("👩‍\ufe0f💻")]
    [InlineData("👩‍👩‍👩")]
    [InlineData("😀‍😀")]
    [InlineData("🏴\U000e0064\U000e0065\U000e007f")]
    [InlineData("\u200e❤\ufe0f")]
    [InlineData("©\u0301")]
    public void anything_else_is_not_an_emoji(string text) => Assert.Null(Normal(text));

    [Fact]
    public void broken_and_endless_text_is_not_an_emoji()
    {
        Assert.Null(Normal("\ud83d"));
        Assert.Null(Normal("\ude00\ud83d"));
        Assert.Null(Normal("\ud83d😀"));
        Assert.Null(Normal(new string('\ufe0f', 1_000_000)));
        Assert.Null(Normal(string.Concat(Enumerable.Repeat("👩‍", 20)) + "👩"));
    }

    private static string? Normal(string text)
    {
        var isEmoji = Emoji.TryNormalize(text, out var emoji);
        Assert.Equal(isEmoji, emoji.Length > 0);
        return isEmoji ? emoji : null;
    }

    private static string[] ReadAll()
    {
        using var resource = typeof(Emoji).Assembly.GetManifestResourceStream("Emoji.txt")!;
        using var text = new StreamReader(resource, Encoding.UTF8);
        return text.ReadToEnd().Split("\n\n")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
