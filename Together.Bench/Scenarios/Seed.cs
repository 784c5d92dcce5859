using System.Net;
using System.Text.Json.Nodes;
using Together.Bench.Load;

namespace Together.Bench.Scenarios;

/// <summary>
/// Plays <see cref="SampleCommunity"/> into a running host through its public API. Done twice it changes nothing: people who exist log in, and a
/// server that exists is left alone.
/// </summary>
internal static class Seed
{
    // Everybody may read it here, so it is only ever used on a host that nobody else can reach.
    private const string LoopbackPassword = "a sample password";
    private const string PasswordVariable = "TOGETHER_SEED_PASSWORD";

    public static async Task<int> RunAsync(Uri host)
    {
        var password = Environment.GetEnvironmentVariable(PasswordVariable);
        if (string.IsNullOrEmpty(password))
        {
            if (!host.IsLoopback)
                return Refuse($"{host} is not this machine: choose the sample people's password with {PasswordVariable}.");
            password = LoopbackPassword;
        }
        using var api = new Api(host);
        try
        {
            var founder = await EnterAsync(api, SampleCommunity.People[0], password, null);
            var servers = (await api.SendAsync(HttpMethod.Get, "/api/servers", founder))!.AsArray();
            if (servers.Any(server => (string?)server!["name"] == SampleCommunity.ServerName))
            {
                Console.WriteLine($"{SampleCommunity.ServerName} is already there; nothing was changed.");
                return 0;
            }
            var (channels, messages) = await BuildAsync(api, founder, password);
            Console.WriteLine($"{SampleCommunity.ServerName}: {SampleCommunity.People.Count} people, {channels} channels, {messages} messages on {host}");
            Console.WriteLine($"Log in as {string.Join(", ", SampleCommunity.People)} with the password {(password == LoopbackPassword ? $"\"{password}\"" : $"in {PasswordVariable}")}.");
            return 0;
        }
        catch (RefusedException refused) when (refused.Code is "registration_closed" or "invite_required" or "invalid_setup_code")
        {
            return Refuse($"{host} does not let {SampleCommunity.People[0]} register ({refused.Code}). Seed a fresh host, whose first account is always "
                + "welcome from its own machine, or start it with TOGETHER_REGISTRATION=open.");
        }
        catch (RefusedException refused) when (refused.Code == "invalid_credentials")
        {
            return Refuse($"A sample person exists on {host} with another password; set {PasswordVariable} to it.");
        }
        catch (RefusedException refused)
        {
            return Refuse(refused.Message);
        }
        catch (HttpRequestException unreachable)
        {
            return Refuse($"{host} cannot be reached ({unreachable.Message}). Start it with ./dev run.");
        }
    }

    private static async Task<(int Channels, int Messages)> BuildAsync(Api api, Account founder, string password)
    {
        var server = await api.CreateServerAsync(founder, SampleCommunity.ServerName);
        var invite = await api.InviteAsync(founder, server);
        Dictionary<string, Account> people = new(StringComparer.Ordinal) { [founder.Username] = founder };
        foreach (var name in SampleCommunity.People.Skip(1))
        {
            var person = people[name] = await EnterAsync(api, name, password, invite);
            // Registering with an invite has joined already; joining again changes nothing.
            await api.JoinAsync(person, invite);
        }

        var messages = await PlayAsync(api, people, await api.GeneralChannelAsync(founder, server), SampleCommunity.General);
        var channels = 1;
        foreach (var category in SampleCommunity.Categories)
        {
            var categoryId = Api.Id(await CreateChannelAsync(api, founder, server, category.Name, "category", null, null));
            foreach (var channel in category.Channels)
            {
                var created = await CreateChannelAsync(api, founder, server, channel.Name, channel.Type, channel.Topic, categoryId);
                channels++;
                messages += await PlayAsync(api, people, Api.Id(created), channel.Lines);
            }
        }
        return (channels, messages);
    }

    private static Task<JsonNode?> CreateChannelAsync(Api api, Account founder, string server, string name, string type, string? topic, string? categoryId) =>
        api.SendAsync(HttpMethod.Post, $"/api/servers/{server}/channels", founder,
            new JsonObject { ["name"] = name, ["type"] = type, ["topic"] = topic, ["category_id"] = categoryId });

    private static async Task<int> PlayAsync(Api api, Dictionary<string, Account> people, string channel, IReadOnlyList<Line> lines)
    {
        List<string> ids = [];
        foreach (var line in lines)
        {
            var body = new JsonObject { ["content"] = line.Text, ["reply_to"] = line.ReplyTo == 0 ? null : ids[^line.ReplyTo] };
            ids.Add(Api.Id(await api.SendAsync(HttpMethod.Post, $"/api/channels/{channel}/messages", people[line.Author], body)));
        }
        return ids.Count;
    }

    private static async Task<Account> EnterAsync(Api api, string name, string password, string? invite)
    {
        try
        {
            return await api.RegisterAsync(name, password, invite);
        }
        catch (RefusedException refused) when (refused.Status == HttpStatusCode.Conflict || refused.Code is "registration_closed" or "invite_required")
        {
            // Somebody of that name may be here from an earlier run.
            try
            {
                return await api.LoginAsync(name, password);
            }
            catch (RefusedException login) when (login.Code == "invalid_credentials" && refused.Status != HttpStatusCode.Conflict)
            {
                throw refused;
            }
        }
    }

    private static int Refuse(string reason)
    {
        Console.Error.WriteLine(reason);
        return 1;
    }
}
