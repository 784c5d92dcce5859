using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Files;

/// <summary>Uploads that are not what they should be: refused with the right word, and nothing of them stays.</summary>
public sealed class BadUploadsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const int MaxSize = 100_000;

    private TestDatabase _database = null!;
    private TestHost _host = null!;
    private Person _bob = null!;

    private string Staging => _database.Directory[Path.Combine("files", "staging")];

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        _host = await TestHost.StartAsync(postgres, options => options with { Files = options.Files with { MaxSize = MaxSize, PictureMaxSize = 2000 } }, _database);
        _bob = await _host.PersonAsync("bob");
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(null, "", 415, "unsupported_media_type")]
    [InlineData("application/json", "{}", 415, "unsupported_media_type")]
    [InlineData("application/x-www-form-urlencoded", "file=x", 415, "unsupported_media_type")]
    [InlineData("multipart/mixed; boundary=b", "--b--\r\n", 415, "unsupported_media_type")]
    [InlineData("multipart/form-data", "--b\r\n\r\n", 400, "invalid_body")]
    [InlineData("multipart/form-data; boundary=\"\"", "--\r\n\r\n", 400, "invalid_body")]
    [InlineData("multipart/form-data; boundary=b", "", 400, "invalid_body")]
    [InlineData("multipart/form-data; boundary=b", "--c\r\n\r\n", 400, "invalid_body")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nhalf", 400, "invalid_body")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"", 400, "invalid_body")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nno header\r\n\r\nx\r\n--b--\r\n", 400, "invalid_body")]
    public async Task what_is_not_a_form_is_refused(string? type, string body, int status, string code)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (type is not null) content.Headers.TryAddWithoutValidation("Content-Type", type);
        (await _bob.SendContentAsync(HttpMethod.Post, "attachments", content)).ExpectRefusal(status, code);
        await AssertNothingStaysAsync();
    }

    [Theory]
    [InlineData(70, 201)]
    [InlineData(71, 400)]
    public async Task a_boundary_has_at_most_seventy_characters(int length, int status)
    {
        var boundary = new string('b', length);
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes($"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nx\r\n--{boundary}--\r\n"));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse($"multipart/form-data; boundary={boundary}");
        (await _bob.SendContentAsync(HttpMethod.Post, "attachments", content)).Expect(status);
    }

    [Theory]
    [InlineData("", "is required")]
    [InlineData("--bound\r\nContent-Disposition: form-data; name=\"other\"; filename=\"x\"\r\n\r\nx\r\n", "is required")]
    [InlineData("--bound\r\nContent-Type: text/plain\r\n\r\nx\r\n", "is required")]
    [InlineData("--bound\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n\r\n", "is empty")]
    public async Task the_field_must_be_there_and_full(string parts, string problem)
    {
        var answer = await FormAsync(Encoding.UTF8.GetBytes(parts + "--bound--\r\n"));
        answer.ExpectRefusal(400, "invalid_body");
        Assert.Equal(problem, answer["errors"].GetProperty("file")[0].GetString());
        await AssertNothingStaysAsync();
    }

    [Fact]
    public async Task fields_before_the_file_are_passed_over()
    {
        var answer = await FormAsync("--bound\r\nContent-Disposition: form-data; name=\"one\"\r\n\r\n1\r\n--bound\r\nContent-Disposition: form-data; name=\"two\"\r\n\r\n2\r\n--bound\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.txt\"\r\n\r\ncontent\r\n--bound--\r\n"u8.ToArray());
        Assert.Equal(("x.txt", 7), (answer.Expect(201)["filename"].GetString(), answer["size"].GetInt32()));
    }

    [Theory]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData(@"..\..\x", "x")]
    [InlineData("a\0b\u0001\u007fc.txt", "abc.txt")]
    [InlineData("photo\u202Egnp.exe", "photognp.exe")]
    [InlineData("CON.txt", "_CON.txt")]
    [InlineData("lpt1 .txt", "_lpt1 .txt")]
    [InlineData("com².txt", "_com².txt")]
    [InlineData("CONIN$", "_CONIN$")]
    [InlineData("", "file")]
    [InlineData("...", "file")]
    [InlineData("..", "file")]
    [InlineData("\u200B", "file")]
    [InlineData("/", "file")]
    [InlineData(".hidden. .", ".hidden")]
    [InlineData("a<b>c:d|e?f*g.txt", "a_b_c_d_e_f_g.txt")]
    [InlineData("🎉 👨‍👩‍👧.txt", "🎉 👨👩👧.txt")]
    public async Task a_name_is_made_harmless(string given, string kept)
    {
        var answer = (await FormAsync([.. Sender.Opening(given), (byte)'x', .. Sender.Ending])).Expect(201);
        Assert.Equal(kept, answer["filename"].GetString());
        Assert.Equal((byte[])[(byte)'x'], await Person.Stranger(_host).BytesAsync(answer.Link()));
    }

    [Theory]
    [InlineData("a", ".jpeg", 120)]
    [InlineData("🎉", ".jpeg", 119)]
    [InlineData("a", ".not an extension but words", 120)]
    public async Task a_long_name_is_cut_and_keeps_its_ending(string letter, string ending, int length)
    {
        var answer = (await FormAsync([.. Sender.Opening(string.Concat(Enumerable.Repeat(letter, 300)) + ending), (byte)'x', .. Sender.Ending])).Expect(201);
        var name = answer["filename"].GetString()!;
        Assert.Equal((length, ending == ".jpeg", true), (name.Length, name.EndsWith(ending, StringComparison.Ordinal), name.StartsWith(letter, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task bytes_that_are_no_character_are_left_out_of_a_name()
    {
        byte[] opening = [.. "--bound\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a"u8, 0xED, 0xA0, 0x80, 0xFF, .. "b.txt\"\r\n\r\n"u8];
        Assert.Equal("ab.txt", (await FormAsync([.. opening, (byte)'x', .. Sender.Ending])).Expect(201)["filename"].GetString());
        opening = [.. "--bound\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''a%ED%A0%80b%2F..%2Fc%00.txt\r\n\r\n"u8];
        Assert.Equal("c.txt", (await FormAsync([.. opening, (byte)'x', .. Sender.Ending])).Expect(201)["filename"].GetString());
    }

    [Fact]
    public async Task a_file_has_up_to_the_largest_size()
    {
        Assert.Equal(MaxSize, (await _bob.UploadAsync(new byte[MaxSize])).Expect(201)["size"].GetInt32());
        (await _bob.UploadAsync(new byte[MaxSize + 1])).ExpectRefusal(413, "payload_too_large");
        await AssertNothingStaysAsync(uploads: 1);
    }

    [Fact]
    public async Task what_says_it_is_too_large_is_refused_before_it_is_sent()
    {
        using var sender = await Sender.StartAsync(_host, _bob, "Content-Length: 1000000000000");
        Assert.Equal(413, (await sender.AnswerAsync()).Status);
    }

    [Fact]
    public async Task what_does_not_say_its_size_is_refused_when_it_is_too_large()
    {
        using var sender = await Sender.StartAsync(_host, _bob, "Transfer-Encoding: chunked", [.. Sender.Chunk(Sender.Opening()), .. Sender.Chunk(new byte[MaxSize + 1])]);
        var (status, text) = await sender.AnswerAsync();
        Assert.Equal(413, status);
        Assert.Contains("payload_too_large", text, StringComparison.Ordinal);
        await AssertNothingStaysAsync();
    }

    [Fact]
    public async Task fields_before_the_file_may_not_be_endless()
    {
        byte[] field = [.. "--bound\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n"u8, .. new byte[MaxSize + 16 * 1024]];
        using var sender = await Sender.StartAsync(_host, _bob, "Transfer-Encoding: chunked", Sender.Chunk(field));
        Assert.Equal(413, (await sender.AnswerAsync()).Status);
    }

    [Fact]
    public async Task what_does_not_say_its_size_is_taken()
    {
        using var sender = await Sender.StartAsync(_host, _bob, "Transfer-Encoding: chunked", [.. Sender.Chunk(Sender.Opening()), .. Sender.Chunk((byte)'x'), .. Sender.Chunk(Sender.Ending), .. Sender.Chunk()]);
        Assert.Equal(201, (await sender.AnswerAsync()).Status);
    }

    [Theory]
    [InlineData("Content-Length: 5000", false)]
    [InlineData("Transfer-Encoding: chunked", true)]
    public async Task a_body_that_is_cut_off_leaves_nothing(string framing, bool isChunked)
    {
        byte[] body = [.. Sender.Opening(), .. new byte[1000]];
        using var sender = await Sender.StartAsync(_host, _bob, framing, isChunked ? Sender.Chunk(body) : body);
        await StagedAsync(1);
        sender.End();
        // Who listens on is told, or is cut off.
        Assert.True((await sender.AnswerAsync()).Status is 0 or 400);
        await AssertNothingStaysAsync();
    }

    [Fact]
    public async Task a_form_without_its_end_leaves_nothing()
    {
        using var sender = await Sender.StartAsync(_host, _bob, "Transfer-Encoding: chunked", [.. Sender.Chunk(Sender.Opening()), .. Sender.Chunk(new byte[1000]), .. Sender.Chunk()]);
        var (status, text) = await sender.AnswerAsync();
        Assert.Equal(400, status);
        Assert.Contains("The form ends in the middle.", text, StringComparison.Ordinal);
        await AssertNothingStaysAsync();
    }

    [Fact]
    public async Task a_body_longer_than_it_says_is_cut_there()
    {
        byte[] body = [.. Sender.Opening(), (byte)'x', .. Sender.Ending];
        using (var sender = await Sender.StartAsync(_host, _bob, $"Content-Length: {body.Length - 10}", body)) Assert.Equal(400, (await sender.AnswerAsync()).Status);
        await AssertNothingStaysAsync();
        // What follows a form's end is nobody's.
        using (var sender = await Sender.StartAsync(_host, _bob, $"Content-Length: {body.Length}", [.. body, .. "GARBAGE"u8])) Assert.Equal(201, (await sender.AnswerAsync()).Status);
    }

    [Fact]
    public async Task one_user_sends_three_at_once_and_those_who_vanish_leave_nothing()
    {
        var carol = await _host.PersonAsync("carol");
        var senders = new List<Sender>();
        for (var i = 0; i < 3; i++)
        {
            senders.Add(await Sender.StartAsync(_host, _bob, "Content-Length: 5000", [.. Sender.Opening(), .. new byte[1000]]));
            await StagedAsync(i + 1);
        }

        var refused = await _bob.UploadAsync([1]);
        refused.ExpectRefusal(429, "rate_limited");
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
        // Not a picture either, but somebody else's.
        (await _bob.SendFileAsync(HttpMethod.Put, "users/@me/avatar", People.Png)).ExpectRefusal(429, "rate_limited");
        (await carol.UploadAsync([1])).Expect(201);

        foreach (var sender in senders) sender.Dispose();
        await AssertNothingStaysAsync(uploads: 1);
        await Eventually.HoldsAsync(async () => (await _bob.UploadAsync([1])).Status == 201);
    }

    [Fact]
    public async Task uploads_and_downloads_have_limits_of_their_own()
    {
        await using var host = await TestHost.StartAsync(
            postgres, options => options with { Limits = options.Limits with { Enabled = true, UploadsPerMinute = 3, DownloadsPerMinute = 5 } }, time: new ManualClock());
        var club = await Community.FoundAsync(host);
        var upload = (await club.Owner.UploadAsync([1])).Expect(201);
        var link = upload.Link();
        (await club.Owner.UploadAsync([])).Expect(400);
        (await club.Owner.SendFileAsync(HttpMethod.Put, "users/@me/avatar", People.Png)).Expect(204);
        (await club.Owner.UploadAsync([1])).ExpectRefusal(429, "rate_limited");
        (await club.Owner.SendFileAsync(HttpMethod.Put, $"servers/{club.Id}/icon", People.Png)).ExpectRefusal(429, "rate_limited");
        await club.Owner.SayAsync(club.General, "", null, upload);

        // By caller, and for those without a login by address.
        var media = (await club.Owner.GetAsync("users/@me")).Expect(200)["avatar_url"].GetString()!;
        foreach (var person in (Person[])[club.Owner, Person.Stranger(host)])
        {
            for (var i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.OK, await person.StatusAsync(i == 0 ? media : link));
            Assert.Equal(HttpStatusCode.TooManyRequests, await person.StatusAsync(link));
            Assert.Equal(HttpStatusCode.TooManyRequests, await person.StatusAsync(media));
        }

        (await club.Owner.GetAsync($"channels/{club.General}/messages")).Expect(200);
    }

    [Fact]
    public async Task a_quota_takes_a_file_that_just_fits()
    {
        await using var host = await TestHost.StartAsync(postgres, options => options with { Files = options.Files with { UserQuota = 1000 } });
        var bob = await host.PersonAsync("bob");
        (await bob.UploadAsync(new byte[999])).Expect(201);
        (await bob.UploadAsync(new byte[2])).ExpectRefusal(413, "quota_exceeded");
        (await bob.UploadAsync([1])).Expect(201);
        (await bob.UploadAsync([2])).ExpectRefusal(413, "quota_exceeded");
        (await (await host.PersonAsync("carol")).UploadAsync(new byte[999])).Expect(201);
        // What is known to be too much is not read.
        using var sender = await Sender.StartAsync(host, bob, "Content-Length: 40000");
        var (status, text) = await sender.AnswerAsync();
        Assert.Equal(413, status);
        Assert.Contains("quota_exceeded", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task the_quota_of_all_holds_for_everybody()
    {
        await using var host = await TestHost.StartAsync(postgres, options => options with { Files = options.Files with { TotalQuota = 1000 } });
        var people = new List<Person>();
        for (var i = 0; i < 5; i++) people.Add(await host.PersonAsync());
        var answers = await Task.WhenAll(people.Select((person, i) => person.UploadAsync([(byte)i, .. new byte[399]])));
        Assert.Equal([201, 201, 413, 413, 413], answers.Select(answer => answer.Status).Order());
        Assert.All(answers.Where(answer => answer.Status == 413), answer => Assert.Equal("quota_exceeded", answer.Code));
    }

    [Fact]
    public async Task uploads_leave_room_on_the_disk()
    {
        await using var host = await TestHost.StartAsync(postgres, options => options with { Files = options.Files with { KeepFree = long.MaxValue / 2 } });
        var bob = await host.PersonAsync("bob");
        var refused = await bob.UploadAsync([1]);
        refused.ExpectRefusal(413, "quota_exceeded");
        Assert.Equal("The host's disk is nearly full.", refused["detail"].GetString());
        (await bob.SendFileAsync(HttpMethod.Put, "users/@me/avatar", People.Png)).ExpectRefusal(413, "quota_exceeded");
    }

    [Fact]
    public async Task a_full_disk_refuses_files_and_nothing_else()
    {
        using var disk = SmallDisk.Mount(8);
        var data = Path.Combine(disk.Path, "data");
        await using var host = await TestHost.StartAsync(postgres, options => options with { DataDirectory = data, Files = options.Files with { KeepFree = 0 } });
        var club = await Community.FoundAsync(host);
        (await club.Owner.UploadAsync([1])).Expect(201);
        disk.Fill(leave: 256 * 1024);
        var file = new byte[1_000_000];
        // It does not say how large it is, so that the disk is what refuses it.
        (await SendAsync()).ExpectRefusal(503, "unavailable");
        Assert.Equal("The host's disk is full.", (await SendAsync())["detail"].GetString());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(data, "files", "staging")));
        await club.Owner.SayAsync(club.General, "still here");

        disk.Free();
        var upload = (await SendAsync()).Expect(201);
        Assert.Equal(file, await Person.Stranger(host).BytesAsync((await club.Owner.SayAsync(club.General, "", null, upload)).Body.Link()));

        async Task<Answer> SendAsync()
        {
            using var form = new MultipartFormDataContent { { new StreamContent(new Endless(file)), "file", "file.bin" } };
            return await club.Owner.SendContentAsync(HttpMethod.Post, "attachments", form);
        }
    }

    /// <summary>A stream that does not tell its length.</summary>
    private sealed class Endless(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }

    private async Task<Answer> FormAsync(byte[] form)
    {
        using var content = new ByteArrayContent(form);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse($"multipart/form-data; boundary={Sender.Boundary}");
        return await _bob.SendContentAsync(HttpMethod.Post, "attachments", content);
    }

    /// <summary>Until so many files are on their way and have begun to come.</summary>
    private Task StagedAsync(int count) => Eventually.HoldsAsync(() => Directory.EnumerateFiles(Staging).Count(file => new FileInfo(file) is { Exists: true, Length: > 0 }) == count);

    private async Task AssertNothingStaysAsync(int uploads = 0)
    {
        // Who is cut off is not answered, and need not wait for the end of it.
        await Eventually.HoldsAsync(() => !Directory.EnumerateFileSystemEntries(Staging).Any());
        Assert.Equal(uploads, await _database.ScalarAsync<long>("select count(*) from uploads"));
        Assert.Equal(uploads, Directory.EnumerateDirectories(Path.GetDirectoryName(Staging)!).Where(path => Path.GetFileName(path).Length == 2).SelectMany(Directory.EnumerateFiles).Count());
    }
}
