using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Users;

public sealed class SettingsTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task settings_are_told_to_all_of_ones_own_connections()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        Assert.Equal("""{"theme":"system","locale":"en","notifications":[]}""", (await bob.GetAsync("users/@me/settings")).Expect(200).Body.GetRawText());
        await using var phone = await GatewayClient.IdentifiedAsync(_host, bob);
        await using var desk = await GatewayClient.IdentifiedAsync(_host, bob);
        await using var owners = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        var changed = (await bob.PatchAsync("users/@me/settings", """{"theme":"dark","locale":"pt-BR"}""")).Expect(200);
        Assert.Equal("""{"theme":"dark","locale":"pt-BR","notifications":[]}""", changed.Body.GetRawText());
        // Nothing new is nothing to tell.
        (await bob.PatchAsync("users/@me/settings", """{"theme":"dark"}""")).Expect(200);
        await bob.SayAsync(club.General, "behind");
        foreach (var own in (GatewayClient[])[phone, desk])
        {
            var frame = Assert.Single(await own.BeforeAsync("behind"));
            Assert.Equal(("USER_SETTINGS_UPDATE", changed.Body.GetRawText()), (frame.T, frame.D.GetRawText()));
        }

        Assert.Empty(await owners.BeforeAsync("behind"));
        Assert.Equal(changed.Body.GetRawText(), (await bob.GetAsync("users/@me/settings")).Expect(200).Body.GetRawText());
        await using var later = await GatewayClient.IdentifiedAsync(_host, bob);
        Assert.Equal(changed.Body.GetRawText(), later.Ready!.D.GetProperty("settings").GetRawText());
        Assert.Equal("system", (await club.Owner.GetAsync("users/@me/settings")).Expect(200)["theme"].GetString());
    }

    [Fact]
    public async Task notifications_are_replaced_as_a_list()
    {
        var club = await Community.FoundAsync(_host);
        var first = (await club.Owner.PatchAsync(
            "users/@me/settings",
            $$"""{"notifications":[{"id":"{{club.Id}}","level":"mentions","muted_until":"2030-01-01T14:00:00.1234+02:00"},{"id":"{{club.General}}","level":"all","muted_until":null}]}""")).Expect(200);
        Assert.Equal(
            $$"""[{"id":"{{club.Id}}","level":"mentions","muted_until":"2030-01-01T12:00:00.123Z"},{"id":"{{club.General}}","level":"all","muted_until":null}]""",
            first["notifications"].GetRawText());
        Assert.Equal(2, (await club.Owner.PatchAsync("users/@me/settings", """{"theme":"light"}""")).Expect(200)["notifications"].GetArrayLength());
        var second = (await club.Owner.PatchAsync("users/@me/settings", $$"""{"notifications":[{"id":"{{club.Voice}}","level":"none"}]}""")).Expect(200);
        Assert.Equal($$"""{"theme":"light","locale":"en","notifications":[{"id":"{{club.Voice}}","level":"none","muted_until":null}]}""", second.Body.GetRawText());
        Assert.Empty((await club.Owner.PatchAsync("users/@me/settings", """{"notifications":[]}""")).Expect(200)["notifications"].EnumerateArray());
    }

    [Theory]
    [InlineData("""{"theme":"pink"}""", "theme")]
    [InlineData("""{"theme":7}""", "theme")]
    [InlineData("""{"theme":"Dark"}""", "theme")]
    [InlineData("""{"locale":"e"}""", "locale")]
    [InlineData("""{"locale":"en_US"}""", "locale")]
    [InlineData("""{"locale":"en--US"}""", "locale")]
    [InlineData("""{"locale":"\u202een"}""", "locale")]
    [InlineData("""{"notifications":{}}""", "notifications")]
    [InlineData("""{"notifications":[null]}""", "notifications[0]")]
    [InlineData("""{"notifications":[{}]}""", "notifications[0].id notifications[0].level")]
    [InlineData("""{"notifications":[{"id":"0192a0c0-0000-7000-8000-000000000000","level":"loud"}]}""", "notifications[0].level")]
    [InlineData("""{"notifications":[{"id":"general","level":"all"}]}""", "notifications[0].id")]
    [InlineData("""{"notifications":[{"id":"0192a0c0-0000-7000-8000-000000000000","level":"all","muted_until":"soon"}]}""", "notifications[0].muted_until")]
    [InlineData("""{"notifications":[{"id":"0192a0c0-0000-7000-8000-000000000000","level":"all"},{"id":"0192a0c0-0000-7000-8000-000000000000","level":"none"}]}""", "notifications[1].id")]
    [InlineData("""{"theme":"pink","locale":"?"}""", "locale theme")]
    public async Task bad_settings_are_refused_by_the_name_of_the_field(string body, string fields)
    {
        var anna = await _host.PersonAsync("anna");
        var answer = await anna.PatchAsync("users/@me/settings", body);
        answer.ExpectRefusal(400, "invalid_body");
        Assert.Equal(fields.Split(' '), answer.Fields);
        Assert.Equal("""{"theme":"system","locale":"en","notifications":[]}""", (await anna.GetAsync("users/@me/settings")).Expect(200).Body.GetRawText());
    }

    [Fact]
    public async Task thousand_and_one_notifications_are_too_many()
    {
        var anna = await _host.PersonAsync("anna");
        Assert.Equal(["notifications"], (await anna.PatchAsync("users/@me/settings", Body(1001))).Expect(400).Fields);
        Assert.Equal(1000, (await anna.PatchAsync("users/@me/settings", Body(1000))).Expect(200)["notifications"].GetArrayLength());

        static string Body(int count) => $$"""{"notifications":[{{string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"id":"0192a0c0-0000-7000-8000-{{i:D12}}","level":"none"}"""))}}]}""";
    }
}
