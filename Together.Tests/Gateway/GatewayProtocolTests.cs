using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Gateway;

/// <summary>The frames themselves: what is answered, and with which code a connection ends.</summary>
public sealed class GatewayProtocolTests(SharedHost shared, PostgresFixture postgres) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task hello_comes_first_and_names_the_heartbeat_interval()
    {
        await using var client = await GatewayClient.ConnectAsync(_host);
        var hello = Assert.Single(client.Received);
        Assert.Equal(("HELLO", 30_000), (hello.Op, hello.D.GetProperty("heartbeat_interval").GetInt32()));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("0")]
    public async Task heartbeat_is_answered_before_identify(string d)
    {
        await using var client = await GatewayClient.ConnectAsync(_host);
        await client.SendAsync("HEARTBEAT", d);
        var ack = await client.ReceiveAsync();
        Assert.Equal("HEARTBEAT_ACK", ack.Op);
        Assert.Equal(JsonValueKind.Null, ack.D.GetProperty("s").ValueKind);
    }

    [Fact]
    public async Task token_comes_in_the_query_in_a_header_or_in_identify()
    {
        var ada = await _host.PersonAsync("ada");
        await using var byQuery = await GatewayClient.IdentifiedAsync(_host, ada);
        await using var byHeader = await GatewayClient.ConnectAsync(_host, header: $"Bearer {ada.Token}");
        await byHeader.IdentifyAsync();
        await using var byFrame = await GatewayClient.ConnectAsync(_host);
        await byFrame.IdentifyAsync($$"""{"token":"{{ada.Token}}","properties":{"os":"test"},"status":"online"}""");
        foreach (var client in (GatewayClient[])[byQuery, byHeader, byFrame])
            Assert.Equal(ada.Id, client.Ready!.D.GetProperty("user").GetProperty("id").GetString());
    }

    [Fact]
    public async Task bad_token_is_401_before_the_upgrade()
    {
        var ada = await _host.PersonAsync("ada");
        foreach (var token in (string[])["", "x", $"{ada.Token}x", ada.Token![..^2]])
            Assert.Equal(HttpStatusCode.Unauthorized, await GatewayClient.UpgradeStatusAsync(new Uri($"{_host.Gateway}?token={token}")));
        (await ada.PostAsync("auth/logout")).Expect(204);
        Assert.Equal(HttpStatusCode.Unauthorized, await GatewayClient.UpgradeStatusAsync(new Uri($"{_host.Gateway}?token={ada.Token}")));
    }

    [Theory]
    [InlineData("IDENTIFY", "{}")]
    [InlineData("IDENTIFY", "null")]
    [InlineData("IDENTIFY", """{"token":7}""")]
    [InlineData("IDENTIFY", """{"token":"forged"}""")]
    [InlineData("RESUME", """{"session_id":"x","seq":0}""")]
    [InlineData("RESUME", """{"session_id":"x","seq":0,"token":"forged"}""")]
    public async Task bad_token_after_the_upgrade_closes_with_4004(string op, string d)
    {
        await using var client = await GatewayClient.ConnectAsync(_host);
        await client.SendAsync(op, d);
        Assert.Equal(4004, await client.ClosedAsync());
    }

    [Fact]
    public async Task plain_request_is_told_to_upgrade()
    {
        var response = await _host.Client.GetAsync(new Uri("/gateway", UriKind.Relative));
        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("PRESENCE_UPDATE")]
    [InlineData("REQUEST_MEMBERS")]
    [InlineData("HELLO")]
    [InlineData("NONSENSE")]
    public async Task anything_else_before_identify_closes_with_4003(string op)
    {
        await using var client = await GatewayClient.ConnectAsync(_host, await _host.PersonAsync());
        await client.SendAsync(op, "{}");
        Assert.Equal(4003, await client.ClosedAsync());
    }

    [Theory]
    [InlineData("NONSENSE")]
    [InlineData("DISPATCH")]
    [InlineData("identify")]
    [InlineData("")]
    public async Task unknown_op_closes_with_4001(string op)
    {
        await using var client = await GatewayClient.IdentifiedAsync(_host, await _host.PersonAsync());
        await client.SendAsync(op, "{}");
        Assert.Equal(4001, await client.ClosedAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"op":7}""")]
    [InlineData("""{"op":null}""")]
    [InlineData("""{"op":"HEARTBEAT","d":null""")]
    [InlineData("""{"op":"HEARTBEAT","d":null}}""")]
    [InlineData("""{"op":"\ud800"}""")]
    [InlineData("""{"op":"IDENTIFY","d":{"token":"\ud800"}}""")]
    [InlineData("""{"op":"IDENTIFY","d":{"\udc00":"x"}}""")]
    [InlineData("""{"op":"RESUME","d":{"session_id":"\ud800","seq":0}}""")]
    public async Task frame_that_is_no_object_of_unicode_text_closes_with_4002(string text)
    {
        await using var client = await GatewayClient.ConnectAsync(_host, await _host.PersonAsync());
        await client.SendTextAsync(text);
        Assert.Equal(4002, await client.ClosedAsync());
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("null")]
    [InlineData("""{"server_id":"x"}""")]
    [InlineData("""{"server_id":"0192a0c0-0000-7000-8000-000000000000","query":7}""")]
    [InlineData("""{"server_id":"0192a0c0-0000-7000-8000-000000000000","query":"\ud800"}""")]
    [InlineData("""{"server_id":"0192a0c0-0000-7000-8000-000000000000","user_ids":"x"}""")]
    [InlineData("""{"server_id":"0192a0c0-0000-7000-8000-000000000000","limit":"x"}""")]
    public async Task request_members_of_the_wrong_shape_closes_with_4002(string d)
    {
        await using var client = await GatewayClient.IdentifiedAsync(_host, await _host.PersonAsync());
        await client.SendAsync("REQUEST_MEMBERS", d);
        Assert.Equal(4002, await client.ClosedAsync());
    }

    [Fact]
    public async Task binary_frame_closes_with_4002()
    {
        await using var client = await GatewayClient.ConnectAsync(_host);
        await client.SendBytesAsync(Encoding.UTF8.GetBytes("""{"op":"HEARTBEAT","d":null}"""), WebSocketMessageType.Binary);
        Assert.Equal(4002, await client.ClosedAsync());
    }

    [Fact]
    public async Task invalid_utf8_closes_with_1007_or_4002()
    {
        await using var client = await GatewayClient.ConnectAsync(_host);
        await client.SendBytesAsync([.. """{"op":"HEARTBEAT","d":"""u8, (byte)'"', 0xff, (byte)'"', (byte)'}'], WebSocketMessageType.Text);
        try
        {
            Assert.True(await client.ClosedAsync() is 1007 or 4002);
        }
        catch (WebSocketException)
        {
            // The framework sends 1007 and cuts at once; the cut may be seen before the code.
        }
    }

    [Fact]
    public async Task frame_of_64_kib_is_taken_and_a_larger_one_closes_with_4013()
    {
        await using var client = await GatewayClient.ConnectAsync(_host);
        const string Frame = """{"op":"HEARTBEAT","d":null}""";
        await client.SendTextAsync(Frame.PadRight(64 * 1024));
        Assert.Equal("HEARTBEAT_ACK", (await client.ReceiveAsync()).Op);
        await client.SendTextAsync(Frame.PadRight((64 * 1024) + 1));
        Assert.Equal(4013, await client.ClosedAsync());
    }

    [Fact]
    public async Task frame_of_a_megabyte_closes_with_4013()
    {
        await using var client = await GatewayClient.IdentifiedAsync(_host, await _host.PersonAsync());
        await client.SendTextAsync($$"""{"op":"HEARTBEAT","d":null,"more":"{{new string('x', 1_000_000)}}"}""");
        Assert.Equal(4013, await client.ClosedAsync());
    }

    [Theory]
    [InlineData("IDENTIFY", "{}")]
    [InlineData("RESUME", """{"session_id":"x","seq":0}""")]
    public async Task identifying_twice_closes_with_4005(string op, string d)
    {
        await using var client = await GatewayClient.IdentifiedAsync(_host, await _host.PersonAsync());
        await client.SendAsync(op, d);
        Assert.Equal(4005, await client.ClosedAsync());
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("\"1\"")]
    [InlineData("1.5")]
    [InlineData("1e400")]
    [InlineData("9223372036854775807")]
    [InlineData("99999999999999999999")]
    [InlineData("true")]
    [InlineData("{}")]
    public async Task seq_that_cannot_be_closes_with_4007(string seq)
    {
        var ada = await _host.PersonAsync("ada");
        await using var first = await GatewayClient.IdentifiedAsync(_host, ada);
        await using var resuming = await GatewayClient.ConnectAsync(_host, ada);
        await resuming.SendAsync("RESUME", $$"""{"session_id":"{{first.SessionId}}","seq":{{seq}}}""");
        Assert.Equal(4007, await resuming.ClosedAsync());

        await first.SendAsync("HEARTBEAT", seq);
        Assert.Equal(4007, await first.ClosedAsync());
    }

    [Theory]
    [InlineData("""{"session_id":"x"}""")]
    [InlineData("""{"session_id":"x","seq":null}""")]
    [InlineData("null")]
    public async Task resume_without_a_seq_closes_with_4007(string d)
    {
        await using var client = await GatewayClient.ConnectAsync(_host, await _host.PersonAsync());
        await client.SendAsync("RESUME", d);
        Assert.Equal(4007, await client.ClosedAsync());
    }

    [Fact]
    public async Task who_does_not_identify_in_time_is_closed_with_4003()
    {
        var clock = new ManualClock();
        await using var host = await TestHost.StartAsync(postgres, time: clock);
        await using var client = await GatewayClient.ConnectAsync(host, await host.PersonAsync());
        await client.SendAsync("HEARTBEAT");
        Assert.Equal("HEARTBEAT_ACK", (await client.ReceiveAsync()).Op);
        clock.Advance(TimeSpan.FromSeconds(10.1));
        Assert.Equal(4003, await client.ClosedAsync());
    }

    [Fact]
    public async Task who_sends_no_heartbeat_is_closed_with_4009_and_who_does_is_not()
    {
        var clock = new ManualClock();
        await using var host = await TestHost.StartAsync(postgres, time: clock);
        await using var silent = await GatewayClient.IdentifiedAsync(host, await host.PersonAsync());
        await using var alive = await GatewayClient.IdentifiedAsync(host, await host.PersonAsync());
        clock.Advance(TimeSpan.FromSeconds(40));
        await alive.HeartbeatAsync();
        clock.Advance(TimeSpan.FromSeconds(21));
        Assert.Equal(4009, await silent.ClosedAsync());
        await alive.HeartbeatAsync();
    }

    [Fact]
    public async Task too_many_frames_close_with_4008_but_heartbeats_are_free()
    {
        var clock = new ManualClock();
        await using var host = await TestHost.StartAsync(
            postgres, options => options with { Limits = options.Limits with { Enabled = true, GatewayFramesPerMinute = 3 } }, time: clock);
        var ada = await host.PersonAsync("ada");
        await using var client = await GatewayClient.IdentifiedAsync(host, ada);
        var ask = $$"""{"server_id":"{{ada.Id}}"}""";
        for (var i = 0; i < 10; i++) await client.HeartbeatAsync();
        await Ask(client, 2);
        clock.Advance(TimeSpan.FromMinutes(1));
        await Ask(client, 3);
        await client.SendAsync("REQUEST_MEMBERS", ask);
        Assert.Equal(4008, await client.ClosedAsync());

        async Task Ask(GatewayClient asker, int times)
        {
            for (var i = 0; i < times; i++)
            {
                await asker.SendAsync("REQUEST_MEMBERS", ask);
                await asker.ReceiveAsync("SERVER_MEMBERS_CHUNK");
            }
        }
    }

    [Fact]
    public async Task too_many_connections_of_one_address_are_429()
    {
        await using var host = await TestHost.StartAsync(
            postgres, options => options with { Limits = options.Limits with { Enabled = true, GatewayConnectionsPerIp = 2 } });
        var ada = await host.PersonAsync("ada");
        var uri = new Uri($"{host.Gateway}?token={ada.Token}");
        await using var first = await GatewayClient.IdentifiedAsync(host, ada);
        await using (var second = await GatewayClient.IdentifiedAsync(host, ada))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, await GatewayClient.UpgradeStatusAsync(uri));
            await second.SendAsync("NONSENSE");
            Assert.Equal(4001, await second.ClosedAsync());
        }

        // The closed one counts until its socket is gone, which is for the client to see from its place being free.
        GatewayClient? third = null;
        for (var i = 0; third is null && i < 100; i++)
        {
            try
            {
                third = await GatewayClient.IdentifiedAsync(host, ada);
            }
            catch (WebSocketException)
            {
                await Task.Delay(50);
            }
        }

        Assert.NotNull(third);
        await third.DisposeAsync();
    }

    [Fact]
    public async Task ready_holds_all_that_a_client_starts_from()
    {
        var ada = await _host.PersonAsync("ada", email: "ada@example.org");
        var club = await Community.FoundAsync(_host, ada);
        var bob = await club.MemberAsync("bob");
        await Community.FoundAsync(_host);
        var hidden = await club.ChannelAsync("secret");
        await club.OverwriteAsync(hidden, deny: Permissions.ViewChannel);
        var message = await bob.SayAsync(club.General, "hello");

        await using var client = await GatewayClient.IdentifiedAsync(_host, bob);
        var ready = client.Ready!.D;
        Assert.Equal(["presences", "private_channels", "read_states", "relationships", "servers", "session_id", "settings", "user"], ready.EnumerateObject().Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.Equal(bob.Id, ready.GetProperty("user").GetProperty("id").GetString());
        var server = Assert.Single(ready.GetProperty("servers").EnumerateArray());
        Assert.Equal(
            ["channels", "created_at", "icon_url", "id", "member_count", "members", "name", "owner_id", "presences", "roles", "voice_states"],
            server.EnumerateObject().Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.Equal([club.General, club.Voice], server.GetProperty("channels").EnumerateArray().Select(c => c.GetProperty("id").GetString()));
        Assert.Equal(message.Id, server.GetProperty("channels")[0].GetProperty("last_message_id").GetString());
        Assert.Equal([club.Id], server.GetProperty("roles").EnumerateArray().Select(c => c.GetProperty("id").GetString()));
        Assert.Equal([ada.Id, bob.Id], server.GetProperty("members").EnumerateArray().Select(c => c.GetProperty("user").GetProperty("id").GetString()));
        Assert.Equal(2, server.GetProperty("member_count").GetInt32());

        // One's own address, nobody else's.
        Assert.DoesNotContain("ada@example.org", ready.GetRawText(), StringComparison.Ordinal);
        await using var own = await GatewayClient.IdentifiedAsync(_host, ada);
        Assert.Equal("ada@example.org", own.Ready!.D.GetProperty("user").GetProperty("email").GetString());
        Assert.Equal(3, own.Ready!.D.GetProperty("servers")[0].GetProperty("channels").GetArrayLength());
    }

    [Fact]
    public async Task members_are_requested_by_name_by_id_and_up_to_a_limit()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, bobby, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("bobby"), await club.MemberAsync("carol"));
        var stranger = await _host.PersonAsync();
        await using var client = await GatewayClient.IdentifiedAsync(_host, carol);
        Assert.Equal([bob.Id, bobby.Id], await Ask("""
            "query":"BOB"
            """));
        Assert.Equal([bob.Id], await Ask("""
            "query":"bob","limit":1
            """));
        Assert.Equal([club.Owner.Id, carol.Id], await Ask($"""
            "user_ids":["{carol.Id}","{club.Owner.Id}","{stranger.Id}","nobody",7]
            """));
        Assert.Equal([club.Owner.Id, bob.Id, bobby.Id, carol.Id], await Ask("""
            "query":"","limit":100
            """));
        Assert.Empty(await Ask("""
            "query":"x"
            """));

        await using var outsider = await GatewayClient.IdentifiedAsync(_host, stranger);
        await outsider.SendAsync("REQUEST_MEMBERS", $$"""{"server_id":"{{club.Id}}","query":"","limit":100}""");
        Assert.Empty((await outsider.ReceiveAsync("SERVER_MEMBERS_CHUNK")).D.GetProperty("members").EnumerateArray());

        async Task<List<string>> Ask(string fields)
        {
            await client.SendAsync("REQUEST_MEMBERS", $$"""{"server_id":"{{club.Id}}",{{fields}}}""");
            var chunk = (await client.ReceiveAsync("SERVER_MEMBERS_CHUNK")).D;
            Assert.Equal(club.Id, chunk.GetProperty("server_id").GetString());
            return [.. chunk.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("user").GetProperty("id").GetString()!)];
        }
    }

    [Fact]
    public async Task revoked_session_is_told_and_closed_with_4011_and_no_other_is()
    {
        var (ada, bob) = (await _host.PersonAsync("ada"), await _host.PersonAsync("bob"));
        await using var gone = await GatewayClient.IdentifiedAsync(_host, ada);
        await using var waiting = await GatewayClient.ConnectAsync(_host, ada);
        await using var other = await GatewayClient.IdentifiedAsync(_host, bob);
        (await ada.PostAsync("auth/logout")).Expect(204);
        Assert.Equal(ada.SessionId, (await gone.ReceiveAsync("SESSION_REVOKED")).D.GetProperty("session_id").GetString());
        Assert.Equal(4011, await gone.ClosedAsync());

        // Its token was good at the upgrade.
        await waiting.SendAsync("IDENTIFY", "{}");
        await waiting.ReceiveAsync("SESSION_REVOKED");
        Assert.Equal(4011, await waiting.ClosedAsync());
        (await ada.GetAsync("servers")).ExpectRefusal(401, "unauthorized");
        Assert.Empty((await other.HeartbeatAsync()).Before);
    }

    [Fact]
    public async Task shutdown_sends_reconnect_and_closes_with_1012()
    {
        await using var host = await TestHost.StartAsync(postgres);
        await using var identified = await GatewayClient.IdentifiedAsync(host, await host.PersonAsync());
        await using var fresh = await GatewayClient.ConnectAsync(host);
        var restart = host.RestartAsync();
        foreach (var client in (GatewayClient[])[identified, fresh])
        {
            Assert.Equal("RECONNECT", (await client.ReceiveAsync()).Op);
            Assert.Equal(1012, await client.ClosedAsync());
        }

        await restart;
    }

    [Fact]
    public async Task client_that_does_not_read_is_closed_with_4008_and_resumes()
    {
        await using var host = await TestHost.StartAsync(postgres, options => options with { Gateway = options.Gateway with { OutboundQueueBytes = 64 * 1024 } });
        var club = await Community.FoundAsync(host);
        var bob = await club.MemberAsync("bob");
        await using var slow = await GatewayClient.IdentifiedAsync(host, bob, receiveBuffer: 4096);
        // Much more than the queue and what the kernel takes for a small window, at once.
        var text = new string('é', 4000);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => club.Owner.SayAsync(club.General, text)));
        Assert.Equal(4008, await slow.ClosedAsync());

        await using var again = await GatewayClient.ConnectAsync(host, bob);
        await again.ResumeAsync(slow.SessionId, slow.Position);
        var replayed = await again.UntilAsync(frame => frame.Is("RESUMED"));
        var received = slow.Received.Concat(replayed).Where(frame => frame.Is("MESSAGE_CREATE")).Select(frame => frame.Id).ToList();
        Assert.Equal(200, received.Count);
        Assert.Equal(200, received.Distinct().Count());
    }
}
