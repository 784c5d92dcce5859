using System.Text;
using Together.Host.Configuration;
using Xunit;

namespace Together.Tests.Configuration;

public sealed class HoconReaderTests : IDisposable
{
    private static readonly Dictionary<string, string> Variables = new() { ["SET"] = "from outside", ["EMPTY"] = "" };

    private readonly ConfigurationFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("", "{}")]
    [InlineData("# only\n// comments", "{}")]
    [InlineData("a = 1", "{a = 1}")]
    [InlineData("a : 1\r\nb:2\r\n", "{a = 1, b = 2}")]
    [InlineData("a = 1, b = 2,", "{a = 1, b = 2}")]
    [InlineData("{ a = 1 }", "{a = 1}")]
    [InlineData("{ \"a\": [1, {\"b\": null}] }", "{a = [1, {b = null}]}")]
    [InlineData("a { b { c = x } }", "{a = {b = {c = x}}}")]
    [InlineData("a.b.c = x", "{a = {b = {c = x}}}")]
    [InlineData("a.\"b.c\" = x", "{a = {\"b.c\" = x}}")]
    [InlineData("a = x # why\nb = y // why", "{a = x, b = y}")]
    [InlineData("a = \"# no // comment\"", "{a = \"# no // comment\"}")]
    [InlineData("a = several words  here ", "{a = \"several words  here\"}")]
    [InlineData("a = /usr/lib", "{a = \"/usr/lib\"}")]
    [InlineData("a = 30s\nb = -1.5\nc = 1e3\nd = 7d", "{a = 30s, b = -1.5, c = 1e3, d = 7d}")]
    [InlineData("a = \"1\"\nb = \"true\"\nc = true", "{a = \"1\", b = \"true\", c = true}")]
    [InlineData("""a = "tab\t quote\" back\\ slash\/ \u00e9 \uD83D\uDE00" """, "{a = \"tab\\u0009 quote\\\" back\\\\ slash/ é 😀\"}")]
    [InlineData("a = \"\"\"two\nlines \\n\"\"\"\nb = 1", "{a = \"two\\u000alines \\\\n\", b = 1}")]
    [InlineData("a = \"\"\"\"quoted\"\"\"\"", "{a = \"\\\"quoted\\\"\"}")]
    [InlineData("a = [\n 1\n 2 # two\n\n 3,\n]", "{a = [1, 2, 3]}")]
    [InlineData("a = 1\na = 2", "{a = 2}")]
    [InlineData("a { b = 1, c = 1 }\na { c = 2 }\na.d = 3", "{a = {b = 1, c = 2, d = 3}}")]
    [InlineData("a { b = 1 }\na = 5\na { c = 2 }", "{a = {c = 2}}")]
    [InlineData("a { b = 1 }\na = ${?NONE}\na { c = 2 }", "{a = {b = 1, c = 2}}")]
    [InlineData("a += 1\na += 2", "{a = [1, 2]}")]
    [InlineData("a = [0]\na += 1", "{a = [0, 1]}")]
    [InlineData("a = [0]\na += 1\na = [9]\na += 2", "{a = [9, 2]}")]
    [InlineData("a = 1\nb = ${a}", "{a = 1, b = 1}")]
    [InlineData("b = ${x.a}\nx { a = [1, 2] }", "{b = [1, 2], x = {a = [1, 2]}}")]
    [InlineData("x { a = 1, b = ${x.a} }", "{x = {a = 1, b = 1}}")]
    [InlineData("a = 1\nb = ${a}\na = 2", "{a = 2, b = 2}")]
    [InlineData("a = pre-${b}/post\nb = x", "{a = \"pre-x/post\", b = x}")]
    [InlineData("a = ${SET}", "{a = \"from outside\"}")]
    [InlineData("a = ${?SET}\nSET = inside", "{a = inside, SET = inside}")]
    [InlineData("a = default\na = ${?NONE}", "{a = default}")]
    [InlineData("a = default\na = ${?EMPTY}", "{a = default}")]
    [InlineData("a = default\na = ${?SET}", "{a = \"from outside\"}")]
    [InlineData("a = ${?NONE}\nb = 1", "{b = 1}")]
    [InlineData("a = ${?NONE}${?EMPTY}\nb = 1", "{b = 1}")]
    [InlineData("a = [1, ${?NONE}, 2]", "{a = [1, 2]}")]
    [InlineData("included = 1\ninclude-not = 2\ninclude.x = 3", "{included = 1, include-not = 2, include = {x = 3}}")]
    public void reads(string text, string expected) => Assert.Equal(expected, Read(text));

    [Theory]
    [InlineData("a", "t.conf:1: expected '=', ':', '+=' or '{' after the key \"a\", found the end of the file")]
    [InlineData("\n\na b = 1", "t.conf:3: expected '=', ':', '+=' or '{' after the key \"a\", found 'b'")]
    [InlineData("a = 1\nb =\nc = 2", "t.conf:2: expected a value, found the end of the line")]
    [InlineData("a = 1\n= 2", "t.conf:2: expected a key, found '='")]
    [InlineData("a..b = 1", "t.conf:1: expected a key, found '.'")]
    [InlineData("a = {\nb = 1\n", "t.conf:1: this '{' is never closed")]
    [InlineData("\na = [1,\n2", "t.conf:2: this '[' is never closed")]
    [InlineData("a = \"x\nb = 1", "t.conf:1: this '\"' is never closed")]
    [InlineData("\na = \"\"\"x\n\n", "t.conf:2: this '\"\"\"' is never closed")]
    [InlineData("a = 1 }", "t.conf:1: expected a line end or a comma, found '}'")]
    [InlineData("{ a = 1 }\nb = 2", "t.conf:2: nothing may follow the closing '}' of the file")]
    [InlineData("a = [1,,2]", "t.conf:1: two commas in a row")]
    [InlineData("a = http://x", "t.conf:1: ':' has to be in quotes here")]
    [InlineData("a = *", "t.conf:1: '*' has to be in quotes here")]
    [InlineData("a = $x", "t.conf:1: '$' begins a substitution such as ${path}; in quotes it is a dollar sign")]
    [InlineData("a = ${x", "t.conf:1: expected '}' at the end of the substitution, found the end of the file")]
    [InlineData("a = ${}", "t.conf:1: expected the path of a substitution, found '}'")]
    [InlineData("a = \"\\x\"", "t.conf:1: unknown escape: allowed are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX")]
    [InlineData("a = \"\\u12g4\"", "t.conf:1: \\u takes four hexadecimal digits")]
    [InlineData("a = \"\\ud800\"", "t.conf:1: \\u escapes of a pair have to come as high and low surrogate")]
    [InlineData("a = {b = 1} {c = 2}", "t.conf:1: objects and lists cannot be concatenated: write one, or use '+='")]
    [InlineData("a = [1] [2]", "t.conf:1: objects and lists cannot be concatenated: write one, or use '+='")]
    [InlineData("a = ${b} [2]\nb = [1]", "t.conf:1: objects and lists cannot be concatenated: write one, or use '+='")]
    [InlineData("b = [1]\na = x ${b}", "t.conf:2: a list cannot be part of a string")]
    [InlineData("b { c = 1 }\na = ${b}", "t.conf:2: ${b} is an object; only single values and lists can be substituted")]
    [InlineData("a = 1\nb = ${NONE}", "t.conf:2: ${NONE} is neither a key nor an environment variable; ${?NONE} would be optional")]
    [InlineData("a = [1]\na = ${a}", "t.conf:2: ${a} refers to itself; use '+=' to add to a list")]
    [InlineData("a = ${b}\nb = ${c}\nc = ${?a}", "t.conf:1: ${b} refers to itself; use '+=' to add to a list")]
    [InlineData("a = 1\na += 2", "t.conf:2: '+=' needs a list before it, found a number")]
    [InlineData("include \"x.conf\"", "t.conf:1: include needs a file to be relative to")]
    [InlineData("include url(\"http://x\")", "t.conf:1: include takes a file name in quotes; url(…), classpath(…), file(…) and required(…) are not supported")]
    [InlineData("a {\n include \"x.conf\"\n}", "t.conf:2: include is allowed at the top of a file only, not inside an object")]
    [InlineData("\0 = 1", "t.conf:1: expected a key, found U+0000")]
    public void refuses_with_file_and_line(string text, string expected) => Assert.Equal([expected], Refused(() => Read(text)));

    [Fact]
    public void nesting_is_bounded_in_every_form()
    {
        string[] deep =
        [
            new string('[', 100_000),
            string.Concat(Enumerable.Repeat("a{", 100_000)),
            string.Join('.', Enumerable.Repeat("a", 100_000)) + " = 1",
            "a = ${" + string.Join('.', Enumerable.Repeat("a", 100_000)) + "}",
            "a=" + new string('[', 100_000),
        ];
        Assert.All(deep[1..], text => Assert.Equal(["t.conf:1: nested deeper than 32"], Refused(() => Read(text))));
        Assert.Single(Refused(() => Read(deep[0])));
    }

    [Fact]
    public void values_that_multiply_are_refused()
    {
        var lists = new StringBuilder("l0 = [1, 1, 1, 1, 1, 1, 1, 1]\n");
        var texts = new StringBuilder($"s0 = {new string('x', 1000)}\n");
        for (int i = 1; i < 20; i++)
        {
            lists.Append($"l{i} = [{string.Join(", ", Enumerable.Repeat($"${{l{i - 1}}}", 8))}]\n");
            texts.Append($"s{i} = {string.Concat(Enumerable.Repeat($"${{s{i - 1}}}", 8))}\n");
        }
        Assert.EndsWith("more than 20000 values: substitutions multiply here", Assert.Single(Refused(() => Read(lists.ToString()))));
        Assert.EndsWith("more than 1048576 characters: substitutions multiply here", Assert.Single(Refused(() => Read(texts.ToString()))));
    }

    [Fact]
    public void a_long_chain_of_substitutions_is_refused()
    {
        string chain = string.Join('\n', Enumerable.Range(0, 1000).Select(i => $"a{i} = ${{a{i + 1}}}"));
        Assert.EndsWith("substitutions more than 32 deep", Assert.Single(Refused(() => Read(chain))));
    }

    [Fact]
    public void include_is_relative_to_the_including_file_and_in_order()
    {
        _files.Write("parts/one.conf", "a = one\ninclude \"two.conf\"\nb = one");
        _files.Write("parts/two.conf", "a = two\nb = two\nc = two");
        Assert.Equal("{a = two, b = main, c = two}", ReadFile(_files.Write("main.conf", "a = main\ninclude \"parts/one.conf\"\nb = main")));
    }

    [Fact]
    public void a_value_of_an_included_file_keeps_its_own_origin()
    {
        _files.Write("part.conf", "\n\na = x");
        var root = Resolve(_files.Write("main.conf", "include \"part.conf\""));
        Assert.Equal("part.conf:3", _files.Shorten(root.Find("a")!.Origin.ToString()));
    }

    [Theory]
    [InlineData("include \"none.conf\"", "main.conf:1: no such file: \"none.conf\"")]
    [InlineData("\ninclude \"main.conf\"", "main.conf:2: \"main.conf\" includes itself")]
    [InlineData("include \"./x/../main.conf\"", "main.conf:1: \"./x/../main.conf\" includes itself")]
    [InlineData("include \"\"", "main.conf:1: include takes a file name")]
    [InlineData("include \"a\\u0000b\"", "main.conf:1: a file name has no NUL in it")]
    [InlineData("include \"bad.conf\"", "bad.conf:2: expected a value, found the end of the file")]
    [InlineData("include \"big.conf\"", "main.conf:1: \"big.conf\" is larger than 1024 KiB")]
    [InlineData("include \"latin1.conf\"", "main.conf:1: \"latin1.conf\" is not UTF-8 text")]
    public void refuses_an_include(string text, string expected)
    {
        _files.Write("bad.conf", "\na =");
        _files.Write("big.conf", new string('#', HoconReader.MaxFileBytes + 1));
        File.WriteAllBytes(_files.Write("latin1.conf", ""), "a = caf"u8.ToArray().Append((byte)0xE9).ToArray());
        string main = _files.Write("main.conf", text);
        Assert.Equal([expected], Refused(() => ReadFile(main)).Select(_files.Shorten));
    }

    [Fact]
    public void a_directory_is_not_read() =>
        Assert.StartsWith("main.conf:1: cannot read \".\"", _files.Shorten(Assert.Single(Refused(() => ReadFile(_files.Write("main.conf", "include \".\""))))));

    [Fact]
    public void files_that_include_each_other_twice_are_bounded()
    {
        for (int i = 0; i < 10; i++)
            _files.Write($"{i}.conf", $"include \"{i + 1}.conf\"\ninclude \"{i + 1}.conf\"");
        _files.Write("10.conf", "");
        string first = _files.Write("0.conf", "include \"1.conf\"\ninclude \"1.conf\"");
        Assert.EndsWith("too many includes: at most 32 deep and 64 in all", Assert.Single(Refused(() => ReadFile(first))));
    }

    [Fact]
    public void mutated_configuration_is_read_or_refused_and_never_crashes()
    {
        string reference = EffectiveConfiguration.ReadReference();
        const string Spice = "{}[]\"\\$?.,=:+#/\n\r\0 aé😀0-";
        string[] words = ["${", "${?", "\"\"\"", "include \"", "+=", "\\u", "${together.http}", "null", "99999999999999999999d", "e", "together"];
        for (int seed = 0; seed < 800; seed++)
        {
            var random = new Random(seed);
            // Mostly a part of it, so that what follows a mutation is reached often.
            int start = random.Next(reference.Length);
            var text = new StringBuilder(random.Next(4) == 0 ? reference : reference[start..Math.Min(reference.Length, start + 600)]);
            for (int change = random.Next(1, 6); change > 0; change--)
            {
                int at = random.Next(text.Length);
                switch (random.Next(4))
                {
                    case 0:
                        text.Remove(at, random.Next(Math.Min(20, text.Length - at)));
                        break;
                    case 1:
                        text.Insert(at, Spice[random.Next(Spice.Length)]);
                        break;
                    case 2:
                        text.Insert(at, words[random.Next(words.Length)]);
                        break;
                    default:
                        text[at] = Spice[random.Next(Spice.Length)];
                        break;
                }
                if (text.Length == 0)
                    break;
            }
            var environment = _files.Environment(text.ToString());
            try
            {
                EffectiveConfiguration.Load(environment);
            }
            catch (ConfigurationRefusedException refused)
            {
                Assert.All(refused.Problems, problem => Assert.Matches(@"\.conf:[0-9]+: .", problem));
            }
            catch (Exception other)
            {
                Assert.Fail($"seed {seed}: {other}");
            }
        }
    }

    private static string Read(string text) =>
        HoconText.Value(new HoconResolver(new HoconReader().ReadText(text, "t.conf"), Variables).Resolve());

    private static HoconObject Resolve(string path) =>
        new HoconResolver(new HoconReader().ReadFile(path, HoconOrigin.Variable("TOGETHER_CONFIG")), Variables).Resolve();

    private static string ReadFile(string path) => HoconText.Value(Resolve(path));

    private static IReadOnlyList<string> Refused(Action read) => Assert.Throws<ConfigurationRefusedException>(read).Problems;
}
