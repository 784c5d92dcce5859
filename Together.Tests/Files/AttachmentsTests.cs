using System.Net;
using System.Security.Cryptography;
using Together.Protocol;
using Together.Tests.Gateway;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Files;

public sealed class AttachmentsTests(SharedHost shared, PostgresFixture postgres) : IClassFixture<SharedHost>
{
    private static readonly byte[] Notes = "some notes\n"u8.ToArray();

    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task an_upload_is_posted_and_read_by_its_link_alone()
    {
        var club = await Community.FoundAsync(_host);
        var upload = (await club.Owner.UploadAsync(Notes, "notes.txt")).Expect(201);
        Assert.Equal(("notes.txt", "text/plain; charset=utf-8", Notes.Length), (upload["filename"].GetString(), upload["content_type"].GetString(), upload["size"].GetInt32()));

        var posted = (await PostAsync(club.Owner, club.General, upload.Id)).Expect(201);
        var shown = Assert.Single(posted["attachments"].EnumerateArray());
        Assert.Equal(("", upload.Id), (posted["content"].GetString(), shown.GetProperty("id").GetString()));

        using var fetched = await Person.Stranger(_host).FetchAsync(shown.GetProperty("url").GetString()!);
        Assert.Equal(HttpStatusCode.OK, fetched.StatusCode);
        Assert.Equal(Notes, await fetched.Content.ReadAsByteArrayAsync());
        Assert.Equal("attachment", fetched.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("sandbox; default-src 'none'", string.Join(",", fetched.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(Notes))}\"", fetched.Headers.ETag!.Tag);

        var history = (await club.Owner.GetAsync($"channels/{club.General}/messages")).Expect(200).Items[0];
        Assert.Equal(shown.GetRawText(), history.File().GetRawText());
    }

    [Fact]
    public async Task files_keep_the_order_they_are_named_in()
    {
        var club = await Community.FoundAsync(_host);
        var ids = new List<string>();
        foreach (var name in (string[])["a.txt", "b.txt", "c.txt"]) ids.Add((await club.Owner.UploadAsync(Notes, name)).Expect(201).Id);
        var posted = (await PostAsync(club.Owner, club.General, ids[2], ids[0], ids[1])).Expect(201);
        Assert.Equal(["c.txt", "a.txt", "b.txt"], posted.Body.FileNames());
        Assert.Equal(["c.txt", "a.txt", "b.txt"], (await club.Owner.GetAsync($"channels/{club.General}/messages/{posted.Id}")).Expect(200).Body.FileNames());
    }

    [Fact]
    public async Task a_message_takes_ten_files_and_not_eleven()
    {
        var club = await Community.FoundAsync(_host);
        var ids = new List<string>();
        for (var i = 0; i < 11; i++) ids.Add((await club.Owner.UploadAsync(Notes, $"{i}.txt")).Expect(201).Id);
        await RefusedAsync(club.Owner, club.General, [.. ids]);
        Assert.Equal(10, (await PostAsync(club.Owner, club.General, [.. ids.Take(10)])).Expect(201)["attachments"].GetArrayLength());
    }

    [Fact]
    public async Task a_file_that_cannot_be_posted_is_refused_and_nothing_is_posted()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var own = (await bob.UploadAsync(Notes)).Expect(201).Id;
        var posted = (await bob.UploadAsync(Notes)).Expect(201).Id;
        (await PostAsync(bob, club.General, posted)).Expect(201);
        var others = (await club.Owner.UploadAsync(Notes)).Expect(201).Id;

        await RefusedAsync(bob, club.General, own, own);
        foreach (var bad in (string[])["0192a0c0-0000-7000-8000-000000000000", others, posted]) await RefusedAsync(bob, club.General, own, bad);
        Assert.Single((await bob.GetAsync($"channels/{club.General}/messages")).Expect(200).Items);
        // The one that was good is as good as before, anywhere.
        (await PostAsync(bob, club.Voice, own)).Expect(201);
        (await PostAsync(club.Owner, club.General, others)).Expect(201);
    }

    [Fact]
    public async Task a_file_needs_attach_files_and_can_be_posted_elsewhere()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await club.OverwriteAsync(club.General, bob, deny: Permissions.AttachFiles);
        var upload = (await bob.UploadAsync(Notes)).Expect(201).Id;
        (await PostAsync(bob, club.General, upload)).ExpectRefusal(403, "missing_permissions");
        await bob.SayAsync(club.General, "without a file");
        (await PostAsync(bob, club.Voice, upload)).Expect(201);
    }

    [Fact]
    public async Task a_refused_message_gives_its_files_back()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var upload = (await bob.UploadAsync(Notes)).Expect(201).Id;
        (await club.Owner.PatchAsync($"channels/{club.General}", """{"slow_mode_seconds":21600}""")).Expect(200);
        await bob.SayAsync(club.General, "first");
        (await PostAsync(bob, club.General, upload)).ExpectRefusal(429, "rate_limited");
        (await bob.PostAsync($"channels/{club.Voice}/messages", $$"""{"attachment_ids":["{{upload}}"],"reply_to":"0192a0c0-0000-7000-8000-000000000000"}""")).ExpectRefusal(400, "invalid_body");
        (await PostAsync(bob, await club.ChannelAsync("elsewhere"), upload)).Expect(201);
    }

    [Fact]
    public async Task of_channels_that_race_for_a_file_exactly_one_wins()
    {
        var club = await Community.FoundAsync(_host);
        // Two of them are the same.
        var channels = (string[])[club.General, club.Voice, await club.ChannelAsync("third"), club.General];
        for (var round = 0; round < 20; round++)
        {
            var upload = (await club.Owner.UploadAsync(Notes)).Expect(201).Id;
            var answers = await Task.WhenAll(channels.Select(channel => PostAsync(club.Owner, channel, upload)));
            Assert.Equal([201, 400, 400, 400], answers.Select(answer => answer.Status).Order());
            Assert.All(answers.Where(answer => answer.Status == 400), answer => Assert.Equal(["attachment_ids"], answer.Fields));
        }
    }

    [Fact]
    public async Task a_repeated_nonce_answers_the_first_message_with_its_files()
    {
        var club = await Community.FoundAsync(_host);
        var upload = (await club.Owner.UploadAsync(Notes)).Expect(201);
        var first = await club.Owner.SayAsync(club.General, "", "n1", upload);
        var again = (await club.Owner.PostAsync($"channels/{club.General}/messages", $$"""{"nonce":"n1","attachment_ids":["{{upload.Id}}"]}""")).Expect(200);
        Assert.Equal((first.Id, first.Body.File().GetRawText()), (again.Id, again.Body.File().GetRawText()));
        Assert.Single((await club.Owner.GetAsync($"channels/{club.General}/messages")).Expect(200).Items);
    }

    [Fact]
    public async Task content_may_be_empty_only_with_a_file_and_an_edit_keeps_the_files()
    {
        var club = await Community.FoundAsync(_host);
        foreach (var body in (string[])["""{"content":""}""", """{"attachment_ids":[]}""", """{"content":" ","attachment_ids":null}"""])
            Assert.Equal(["content"], (await club.Owner.PostAsync($"channels/{club.General}/messages", body)).Expect(400).Fields);

        var upload = (await club.Owner.UploadAsync(Notes)).Expect(201);
        var with = await club.Owner.SayAsync(club.General, "look", null, upload);
        var edited = (await club.Owner.PatchAsync($"channels/{club.General}/messages/{with.Id}", """{"content":""}""")).Expect(200);
        Assert.Equal(("", with.Body.File().GetRawText()), (edited["content"].GetString(), edited.Body.File().GetRawText()));
        Assert.Equal(with.Body.File().GetRawText(), (await club.Owner.GetAsync($"channels/{club.General}/messages/{with.Id}")).Expect(200).Body.File().GetRawText());

        var without = await club.Owner.SayAsync(club.General, "words");
        Assert.Equal(["content"], (await club.Owner.PatchAsync($"channels/{club.General}/messages/{without.Id}", """{"content":""}""")).Expect(400).Fields);
    }

    [Fact]
    public async Task members_hear_of_files_with_links_that_work()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await using var listener = await Listener.OfAsync(_host, bob);
        var upload = (await club.Owner.UploadAsync(Notes)).Expect(201);
        var posted = await club.Owner.SayAsync(club.General, "", null, upload);
        (await club.Owner.PatchAsync($"channels/{club.General}/messages/{posted.Id}", """{"content":"look"}""")).Expect(200);
        var seen = await listener.SeenAsync();
        foreach (var type in (string[])["MESSAGE_CREATE", "MESSAGE_UPDATE"])
            Assert.Equal(Notes, await Person.Stranger(_host).BytesAsync(Assert.Single(seen, frame => frame.Is(type)).D.Link()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task resume_brings_files_with_links_that_work(bool restarted)
    {
        await using var host = await TestHost.StartAsync(postgres);
        var club = await Community.FoundAsync(host);
        await using var follower = await Follower.StartAsync(host, await club.MemberAsync("bob"));
        var frames = await follower.MissAsync(async () => await club.Owner.SayAsync(club.General, "", null, (await club.Owner.UploadAsync(Notes)).Expect(201)), restarted);
        var created = Assert.Single(frames, frame => frame.Is("MESSAGE_CREATE"));
        Assert.Equal(Notes, await Person.Stranger(host).BytesAsync(created.D.Link()));
    }

    [Fact]
    public async Task files_of_a_conversation_are_for_those_in_it()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        var conversation = (await bob.PostAsync("users/@me/channels", $$"""{"recipient_ids":["{{club.Owner.Id}}"]}""")).Expect(201).Id;
        var link = (await bob.SayAsync(conversation, "", null, (await bob.UploadAsync(Notes)).Expect(201))).Body.Link();
        Assert.Equal(Notes, await Person.Stranger(_host).BytesAsync(link));
        Assert.Equal(Notes, await club.Owner.BytesAsync(link.Bare()));
        Assert.Equal(HttpStatusCode.NotFound, await carol.StatusAsync(link.Bare()));
    }

    private static Task<Answer> PostAsync(Person person, string channel, params string[] files) =>
        person.PostAsync($"channels/{channel}/messages", $$"""{"attachment_ids":[{{string.Join(',', files.Select(id => $"\"{id}\""))}}]}""");

    private static async Task RefusedAsync(Person person, string channel, params string[] files)
    {
        var answer = await person.PostAsync($"channels/{channel}/messages", $$"""{"content":"x","attachment_ids":[{{string.Join(',', files.Select(id => $"\"{id}\""))}}]}""");
        answer.ExpectRefusal(400, "invalid_body");
        Assert.Equal(["attachment_ids"], answer.Fields);
    }
}
