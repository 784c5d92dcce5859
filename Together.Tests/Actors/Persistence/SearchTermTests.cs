using System.Diagnostics;
using System.Text;
using Together.Actors.Persistence;
using Xunit;

namespace Together.Tests.Actors.Persistence;

public sealed class SearchTermTests
{
    [Theory]
    [InlineData("knight bishop", "knight|bishop")]
    [InlineData("  knight\t\nbishop ", "knight|bishop")]
    [InlineData("\"queen's gambit\" e4", "queen's gambit|e4")]
    [InlineData("kni* -rook", "kni**|-rook")]
    [InlineData("-\"en passant\"", "-en passant")]
    [InlineData("-kni*", "-kni**")]
    [InlineData("say\"check mate\"", "say|check mate")]
    [InlineData("\"never closed", "never closed")]
    [InlineData("C++ e-mail a&b", "C++|e-mail|a&b")]
    [InlineData("--x", "--x")]
    [InlineData("", "")]
    [InlineData("\"*- &|!() \"\" -\"\" - * '' \\ :*", "")]
    [InlineData("конь ♞ 馬", "конь|♞|馬")]
    public void typed_text_has_these_terms(string typed, string expected) =>
        Assert.Equal(expected, string.Join('|', SearchTerm.Parse(typed).Select(term => (term.IsExcluded ? "-" : "") + term.Text + (term.IsPrefix ? "*" : ""))));

    [Fact]
    public void rubbish_is_read_without_a_fault()
    {
        const string Alphabet = "ab \"*-&|!():'\\<>\t\u0001é馬\ud83c\udf4e";
        var random = new Random(5);
        for (var round = 0; round < 5_000; round++)
        {
            var typed = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            foreach (var term in SearchTerm.Parse(typed))
            {
                Assert.DoesNotContain('"', term.Text);
                Assert.Contains(term.Text, typed, StringComparison.Ordinal);
                Assert.True(term.Text.Any(c => char.IsAsciiLetterOrDigit(c) || c > 127), term.Text);
            }
        }
    }

    [Fact]
    public void ten_kilobytes_are_read_in_one_pass()
    {
        var watch = Stopwatch.StartNew();
        foreach (var piece in (string[])["\"", "-", "*", "a ", "\"a", "-\"a* "])
        {
            var typed = new StringBuilder().Insert(0, piece, 10_240 / piece.Length).ToString();
            Assert.True(SearchTerm.Parse(typed).Count <= typed.Length);
        }

        // Six passes over 10 kB: milliseconds, where going back for each character would take seconds.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), watch.Elapsed.ToString());
    }
}
