using System.Diagnostics;
using System.Globalization;
using Together.Actors.Channels;
using Together.Actors.Servers;
using Together.Protocol;
using Together.Tests.Actors.Servers;
using Xunit;

namespace Together.Tests.Actors.Channels;

/// <summary>The examples of docs/protocol/markdown.md, and what a document cannot show.</summary>
public class MentionsTests
{
    private const Permissions Writer = Permissions.ViewChannel | Permissions.SendMessages;

    private static readonly (string Name, Guid Id)[] Names =
    [
        ("ADA", SampleServer.Plain.Value), ("BOB", SampleServer.Peer.Value), ("CREW", SampleServer.Low.Value), ("STAFF", SampleServer.High.Value), ("NOBODY", SampleServer.Stranger.Value),
    ];

    private static readonly ServerState Server = WithCrew();

    [Theory]
    [InlineData("mentions", Writer | Permissions.MentionEveryone)]
    [InlineData("mentions-without-permission", Writer)]
    public void the_host_agrees_with_the_document(string list, Permissions author)
    {
        var examples = Examples(list);
        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.Equal((example.Content, example.Named), (example.Content, Named(example.Content, author))));
    }

    [Fact]
    public void ids_count_in_either_case()
    {
        var id = new Guid("01936f6e-abcd-7000-8000-00000000cdef");
        var server = Server with { Members = Server.Members.Add(new UserId(id), Server.Members[SampleServer.Plain] with { UserId = new UserId(id) }) };
        foreach (var text in (string[])[$"{id}", $"{id}".ToUpperInvariant()]) Assert.Equal([new UserId(id)], Mentions.In($"<@{text}>", In(server), Writer).Users);
    }

    [Theory]
    [InlineData("<@{0:N}>")]
    [InlineData("<@{0:B}>")]
    [InlineData("<@ {0}>")]
    [InlineData("<@{0} >")]
    [InlineData("<@0x{0}>")]
    [InlineData("<@{0}")]
    public void anything_but_an_id_is_text(string format) =>
        Assert.Empty(Mentions.In(string.Format(CultureInfo.InvariantCulture, format, SampleServer.Plain.Value), In(Server), Writer).Users);

    [Fact]
    public void a_hundred_are_mentioned_by_name()
    {
        var users = Enumerable.Range(0, 101).Select(i => new UserId(new Guid(i, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 1))).ToList();
        var server = Server with { Members = Server.Members.AddRange(users.Select(user => KeyValuePair.Create(user, Server.Members[SampleServer.Plain] with { UserId = user }))) };
        var mentions = Mentions.In(string.Concat(users.Select(user => $"<@{user}>")) + "@everyone", In(server), Writer | Permissions.MentionEveryone);
        Assert.Equal(users[..100], mentions.Users);
        Assert.True(mentions.Everyone);
    }

    [Fact]
    public void hostile_text_takes_no_longer_than_other()
    {
        // A thousand times what a message may have: what is not linear takes minutes.
        const int Length = 4_000_000;
        var growing = string.Join(' ', Enumerable.Range(1, 2800).Select(n => new string('`', n)));
        string[] texts =
        [
            new('`', Length), new('<', Length), new('@', Length), new('\\', Length), growing,
            Repeated("<@"), Repeated("` ``"), Repeated("```x"), Repeated("`\\"), Repeated("https://"), Repeated("h"), Repeated("``` ` "),
        ];
        var watch = Stopwatch.StartNew();
        foreach (var text in texts) Mentions.In(text + "@", In(Server), Writer);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));

        static string Repeated(string part) => string.Concat(Enumerable.Repeat(part, Length / part.Length));
    }

    private static AnyChannel In(ServerState server) => new(server, server.Channels[SampleServer.Text]);

    private static string Named(string content, Permissions author)
    {
        var mentions = Mentions.In(content, In(Server), author);
        string[] named = [.. mentions.Users.Select(user => NameOf(user.Value)), .. mentions.Roles.Select(role => NameOf(role.Value)), .. mentions.Everyone ? ["everyone"] : Array.Empty<string>()];
        return named.Length == 0 ? "nobody" : string.Join(' ', named);
    }

    private static string NameOf(Guid id) => Names.Single(name => name.Id == id).Name;

    private static List<(string Content, string Named)> Examples(string list) =>
    [
        .. File.ReadLines(Path.Combine(Repository(AppContext.BaseDirectory), "docs/protocol/markdown.md"))
            .SkipWhile(line => line != $"~~~~{list}").Skip(1).TakeWhile(line => line != "~~~~")
            .Select(line => line.Split("=>", 2))
            .Select(sides => (Names.Aggregate(sides[0].TrimEnd(), (text, name) => text.Replace(name.Name, $"{name.Id}", StringComparison.Ordinal)).Replace('⏎', '\n'), sides[1].Trim())),
    ];

    private static ServerState WithCrew()
    {
        var server = SampleServer.With(Writer);
        return server with { Roles = server.Roles.SetItem(SampleServer.Low, server.Roles[SampleServer.Low] with { Mentionable = true }) };
    }

    private static string Repository(string directory) =>
        File.Exists(Path.Combine(directory, "Together.sln")) ? directory : Repository(Path.GetDirectoryName(directory)!);
}
