using System.Text;
using Together.Host.Files.Images;
using Xunit;

namespace Together.Tests.Files.Images;

public sealed class ContentTypeTests
{
    private static string Of(string latin1, bool isWhole = true) => ContentType.Of(Encoding.Latin1.GetBytes(latin1), isWhole);

    [Theory]
    [InlineData("\x89PNG\r\n\x1A\n\0\0\0\rIHDR", "image/png")]
    [InlineData("\xFF\xD8\xFF\xE0\0\x10JFIF", "image/jpeg")]
    [InlineData("GIF89a\x01\0", "image/gif")]
    [InlineData("GIF87a\x01\0", "image/gif")]
    [InlineData("RIFF\x10\0\0\0WEBPVP8 ", "image/webp")]
    [InlineData("RIFF\x10\0\0\0WAVEfmt ", "audio/wav")]
    [InlineData("RIFF\x10\0\0\0AVI LIST", "video/x-msvideo")]
    [InlineData("\0\0\0\x18" + "ftypavif\0\0\0\0mif1miaf", "image/avif")]
    [InlineData("\0\0\0\x18" + "ftypmif1\0\0\0\0mif1avif", "image/avif")]
    [InlineData("\0\0\0\x18" + "ftypheic\0\0\0\0mif1heic", "image/heic")]
    [InlineData("\0\0\0\x18" + "ftypmif1\0\0\0\0mif1heic", "image/heic")]
    [InlineData("\0\0\0\x14" + "ftypmif1\0\0\0\0mif1heic", "application/octet-stream")]
    [InlineData("\0\0\0\x18" + "ftypisom\0\0\0\0isomavc1", "video/mp4")]
    [InlineData("\0\0\0\x14" + "ftypqt  \0\0\0\0qt  ", "video/quicktime")]
    [InlineData("\0\0\0\x14" + "ftypM4A \0\0\0\0M4A ", "audio/mp4")]
    [InlineData("\0\0\0\x14" + "ftypcrx \0\0\0\0crx ", "application/octet-stream")]
    [InlineData("\0\0\0\x08" + "ftyp", "application/octet-stream")]
    [InlineData("\0\0\0\x08" + "wide\0\0\0\0mdat", "video/quicktime")]
    [InlineData("II*\0\x08\0\0\0", "image/tiff")]
    [InlineData("MM\0*\0\0\0\x08", "image/tiff")]
    [InlineData("BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01", "image/bmp")]
    [InlineData("\x1A\x45\xDF\xA3\x01\0\0\0\0\0\0\x1F\x42\x82\x84webm", "video/webm")]
    [InlineData("\x1A\x45\xDF\xA3\x01\0\0\0\0\0\0\x1F\x42\x82\x88matroska", "video/x-matroska")]
    [InlineData("OggS\0\x02\0\0\0\0\0\0\0\0\x01\x1Evorbis", "audio/ogg")]
    [InlineData("OggS\0\x02\0\0\0\0\0\0\0\0\x01\x80theora", "video/ogg")]
    [InlineData("fLaC\0\0\0\x22", "audio/flac")]
    [InlineData("ID3\x04\0\0\0\0\0\0", "audio/mpeg")]
    [InlineData("\xFF\xFB\x90\x64\0", "audio/mpeg")]
    [InlineData("\xFF\xFB\xF0\x64\0", "application/octet-stream")]
    [InlineData("\xFF\xF1\x50\x80\0", "audio/aac")]
    [InlineData("%PDF-1.7\n", "application/pdf")]
    [InlineData("PK\x03\x04\x14\0", "application/zip")]
    [InlineData("\x1F\x8B\x08\0\0", "application/gzip")]
    [InlineData("7z\xBC\xAF\x27\x1C\0", "application/x-7z-compressed")]
    [InlineData("Rar!\x1A\x07\0", "application/vnd.rar")]
    [InlineData("\x7F" + "ELF\x02\x01\x01\0", "application/octet-stream")]
    public void a_file_is_what_its_head_says(string head, string contentType) => Assert.Equal(contentType, Of(head));

    [Theory]
    [InlineData("Hello")]
    [InlineData("")]
    [InlineData("Gr\xC3\xBC\xC3\x9F" + "e")]
    [InlineData("BMW is not a picture, and neither is 1 < 2.")]
    [InlineData("# Title\n\n<b>bold</b>")]
    [InlineData("if a <b then c")]
    [InlineData("{\"svg\": \"<svg/>\"}")]
    [InlineData("<3")]
    [InlineData("\x1B[31mred\x1B[0m")]
    public void words_are_text(string text) => Assert.Equal(ContentType.Text, Of(text));

    [Theory]
    [InlineData("a\0b")]
    [InlineData("a\x01")]
    [InlineData("\xC3\x28")]
    [InlineData("\xFF\xFE<\0s\0v\0g\0")]
    [InlineData("\xFE\xFF\0H\0i")]
    [InlineData("\xFF\xFEH\0i\0")]
    public void what_is_not_utf_8_is_not_text(string bytes) => Assert.Equal(ContentType.Unknown, Of(bytes));

    [Fact]
    public void a_character_may_go_on_behind_the_head_but_not_behind_the_end()
    {
        foreach (var cut in (string[])["a\xC3", "a\xE2\x82", "a\xE2", "a\xF0\x9F\x98", "a\xF0", "\xF0\x9F"])
        {
            Assert.Equal(ContentType.Text, Of(cut, isWhole: false));
            Assert.Equal(ContentType.Unknown, Of(cut, isWhole: true));
        }
        Assert.Equal(ContentType.Unknown, Of("a\x80", isWhole: false));
        Assert.Equal(ContentType.Text, ContentType.Of([.. new byte[ContentType.HeadLength - 1].Select(_ => (byte)'a'), 0xC3, 0xBC], isWhole: true));
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'>")]
    [InlineData("\xEF\xBB\xBF<svg>")]
    [InlineData(" \r\n\t<svg/>")]
    [InlineData("<?xml version='1.0'?><svg>")]
    [InlineData("<?xml version='1.0'?>\n<!-- made by hand -->\n<svg\n>")]
    [InlineData("<!-- one --><!-- two --><svg>")]
    [InlineData("<?xml version='1.0'?><!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'svg11.dtd'><svg>")]
    [InlineData("<!doctype x [ <!ENTITY a '<b>'> ]><svg>")]
    [InlineData("<?xml version='1.0'?><?xml-stylesheet href='a.css'?><s:svg xmlns:s='http://www.w3.org/2000/svg'>")]
    public void drawings_are_svg(string text) => Assert.Equal(ContentType.Svg, Of(text));

    [Theory]
    [InlineData("<!DOCTYPE html><p>", "text/html")]
    [InlineData("<!doctype HTML>", "text/html")]
    [InlineData("  <HTML>", "text/html")]
    [InlineData("\xEF\xBB\xBF<html>", "text/html")]
    [InlineData("<script>alert(1)</script>", "text/html")]
    [InlineData("<ScRiPt src=//a>", "text/html")]
    [InlineData("<!-- hidden --><script>", "text/html")]
    [InlineData("<!-- hidden --> text", "text/html")]
    [InlineData("<!-- never closed", "text/html")]
    [InlineData("<img src=x onerror=alert(1)>", "text/html")]
    [InlineData("<SVG onload=alert(1)>", "text/html")]
    [InlineData("<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>", "text/xml")]
    [InlineData("<?xml version='1.0'?><rss>", "text/xml")]
    [InlineData("<?xml never closed", "text/xml")]
    public void pages_are_html_or_xml(string text, string contentType) => Assert.Equal(contentType, Of(text));

    [Fact]
    public void only_what_runs_nothing_is_shown_in_place()
    {
        foreach (var shown in (string[])["image/png", "image/jpeg", "image/gif", "image/webp", "video/mp4", "video/webm", "audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/mp4"])
            Assert.True(ContentType.IsInline(shown), shown);
        foreach (var kept in (string[])[ContentType.Svg, ContentType.Html, ContentType.Xml, ContentType.Text, ContentType.Unknown, "application/pdf", ContentType.Tiff, ContentType.Avif])
            Assert.False(ContentType.IsInline(kept), kept);
    }

    [Fact]
    public void nothing_of_up_to_64_random_bytes_makes_it_fail()
    {
        var random = new Random(4);
        string[] heads = ["", "RIFF", "\0\0\0\x18" + "ftyp", "<!doctype ", "<?", "<!--", "\xEF\xBB\xBF<", "OggS", "\x1A\x45\xDF\xA3", "BM"];
        for (var round = 0; round < 20_000; round++)
        {
            var rest = new byte[random.Next(64)];
            random.NextBytes(rest);
            Assert.NotEmpty(ContentType.Of([.. Encoding.Latin1.GetBytes(heads[round % heads.Length]), .. rest], isWhole: round % 2 == 0));
        }
    }
}
