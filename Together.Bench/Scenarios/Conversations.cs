using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Together.Bench.Load;

namespace Together.Bench.Scenarios;

/// <summary>
/// What people do beside posting: a thousand who come back at once, marks of what was read beside messages, a mention of everybody in a
/// large server, and the memory of nonces.
/// </summary>
internal static class Conversations
{
    private const int Readers = 100;
    private const int Returning = 900;
    private const int MessagesBesideTheStorm = 20;

    private const int Rooms = 20;
    private const int ReadersPerRoom = 10;
    private const int MarksPerSecond = 500;
    private const int MessagesPerSecond = 500;
    private const int HttpConnections = 64;

    private const int LargeServer = 10_000;
    private const int Connected = 100;
    private const int MentionsPerSecond = 50;

    private const int ChannelsPerServer = 400;
    private const int ActiveChannels = 1000;
    private const int NoncesPerChannel = 100;

    /// <summary>So many posts in each channel fill what the host remembers of any events, whatever they are.</summary>
    private const int First = 12;
    private const int Window = 64;
    private const double MiB = 1024 * 1024;

    /// <summary>They come back spread over this time.</summary>
    private static readonly TimeSpan Return = TimeSpan.FromSeconds(10);

    /// <summary>Longer than a host waits before it says that somebody is gone.</summary>
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(13);

    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(TimeSpan duration)
    {
        var report = new Report("conversations");
        await StormAsync(report);
        await MarksAsync(report, duration);
        await MentionsAsync(report, duration);
        await NoncesAsync(report);
        await report.WriteAsync(HostProcess.Limits);
    }

    /// <summary>All but a hundred of one server are gone for long enough that everybody has seen it, and come back within ten seconds.</summary>
    private static async Task StormAsync(Report report)
    {
        await using var stage = await Stage.OpenAsync("conversations-storm");
        var room = await stage.OpenRoomAsync("Square", await stage.RegisterAsync(Readers + Returning));
        var (staying, returning) = (room.Members.Take(Readers).ToList(), room.Members.Skip(Readers).ToList());
        var messages = new MessageTracker(Readers);
        var http = new HttpClientLoop(stage.Loop, stage.Host.EndPoint, 8, messages.Answered);
        stage.Connect(staying, 1, messages.Delivered);
        // Once before, so that what is measured is a host that has seen a storm, not one that compiles for it.
        var gone = new List<GatewayClient>();
        foreach (var group in returning.Chunk(50)) gone.AddRange(stage.Arrive(group, _ => { }));
        Post(Warmup);
        stage.Leave(gone);
        stage.Loop.RunFor(Absence);
        stage.Heartbeat();

        messages.Measure();
        var before = stage.Usage();
        var clients = new List<GatewayClient>();
        var framesBefore = stage.Frames;
        Post(Return + Rest, beside: elapsed =>
        {
            var due = Math.Min(returning.Count, (int)(elapsed / Return * returning.Count));
            while (clients.Count < due) clients.Add(stage.Begin(returning[clients.Count], _ => { }));
        });
        stage.Loop.WaitFor(() => messages.Open == 0 && clients.All(client => client.IsReady), Drain);
        var used = stage.Usage() - before;

        var ready = new Histogram();
        foreach (var client in clients.Where(client => client.IsReady)) ready.Record(client.ReadyAfter);
        report.Add("storm: users who come back within 10 s", ready.Count, "users");
        report.AtMost(60, "storm: delivery p99 throughout", messages.Deliveries.Percentile(0.99).TotalMilliseconds, "ms");
        report.Add("storm: delivery p50", messages.Deliveries.Percentile(0.50).TotalMilliseconds, "ms");
        report.AtMost(500, "storm: IDENTIFY to READY, p99", ready.Percentile(0.99).TotalMilliseconds, "ms");
        report.Add("storm: READY, the largest", clients.Max(client => client.ReadyBytes), "bytes");
        report.Add("storm: frames to everybody", stage.Frames - framesBefore, "frames");
        report.Add("storm: host CPU", used.Host.TotalSeconds, "s");
        stage.AddFaults(report, messages);

        void Post(TimeSpan duration, Action<TimeSpan>? beside = null)
        {
            var began = Stopwatch.GetTimestamp();
            Schedule.OpenLoop(stage.Loop, MessagesBesideTheStorm, duration, intended =>
            {
                beside?.Invoke(Stopwatch.GetElapsedTime(began));
                var nonce = messages.Begin(intended);
                http.Send(room.Posts[(int)(nonce % Readers)], nonce);
            });
        }
    }

    private static async Task MarksAsync(Report report, TimeSpan duration)
    {
        await using var stage = await Stage.OpenAsync("conversations-marks");
        var rooms = await Conversation.OpenRoomsAsync(stage, Rooms, ReadersPerRoom);
        using var api = new Api(stage.Host.Url);
        List<RequestTemplate> marks = [];
        foreach (var room in rooms)
        {
            for (var i = 0; i < 2; i++)
            {
                var message = Api.Id(await api.SendAsync(HttpMethod.Post, $"/api/channels/{room.ChannelId}/messages", room.Members[0], new JsonObject { ["content"] = "To be read." }));
                marks.AddRange(room.Members.Select(member => RequestTemplate.Put($"/api/channels/{room.ChannelId}/read", member.Token, $$"""{"message_id":"{{message}}"}""")));
            }
        }

        var messages = new MessageTracker(ReadersPerRoom);
        var marked = new MessageTracker(0);
        var http = new HttpClientLoop(stage.Loop, stage.Host.EndPoint, HttpConnections, messages.Answered);
        var marker = new HttpClientLoop(stage.Loop, stage.Host.EndPoint, HttpConnections, (nonce, status) => marked.Answered(nonce, status == 204 ? 200 : status));
        foreach (var room in rooms) stage.Connect(room.Members, 1, messages.Delivered);
        Offer(Warmup);
        stage.Heartbeat();
        messages.Measure();
        marked.Measure();
        var before = stage.Usage();
        Offer(duration);
        stage.Loop.WaitFor(() => messages.Open == 0 && marked.Open == 0, Drain);
        var used = stage.Usage() - before;

        report.Add("marks: offered beside as many messages", MarksPerSecond, "marks/s");
        report.AtMost(20, "marks: POST p99", messages.Posts.Percentile(0.99).TotalMilliseconds, "ms");
        report.Add("marks: POST p50", messages.Posts.Percentile(0.50).TotalMilliseconds, "ms");
        report.Add("marks: PUT read p50", marked.Posts.Percentile(0.50).TotalMilliseconds, "ms");
        report.Add("marks: PUT read p99", marked.Posts.Percentile(0.99).TotalMilliseconds, "ms");
        report.AddCpu(used, marked.Posts.Count, "mark and message");
        stage.AddFaults(report, messages);
        report.AtMost(0, "faults: marks refused", marked.Refusals.Values.Sum(), "marks");

        void Offer(TimeSpan time) => Schedule.OpenLoop(stage.Loop, MessagesPerSecond, time, intended =>
        {
            var nonce = messages.Begin(intended);
            http.Send(Conversation.PostOf(rooms, nonce), nonce);
            var mark = marked.Begin(intended);
            marker.Send(marks[(int)(mark % marks.Count)], mark);
        });
    }

    /// <summary>Most of them are written straight into the tables: it is the size of the server that counts.</summary>
    private static async Task MentionsAsync(Report report, TimeSpan duration)
    {
        await using var stage = await Stage.OpenAsync("conversations-mentions");
        var room = await stage.OpenRoomAsync("Town", await stage.RegisterAsync(Connected));
        await PermissionChecks.AddMembersAsync(stage.Host.ConnectionString(), room, LargeServer);
        await stage.Host.StopAsync();
        await stage.Host.StartAsync();

        // The founder may mention everybody.
        var (everybody, nobody) = (Template("@everyone, the gate is open"), Template("everyone, the gate is open"));
        var messages = new MessageTracker(Connected);
        var http = new HttpClientLoop(stage.Loop, stage.Host.EndPoint, 4, messages.Answered);
        stage.Connect(room.Members, 1, messages.Delivered);
        Offer(everybody, Warmup);
        var (plain, plainCpu) = Measure(nobody);
        var (mention, mentionCpu) = Measure(everybody);

        report.Add("mention: members of the server", LargeServer, "members");
        report.AtMost(20, "mention: POST of an @everyone, p99", mention.Percentile(0.99).TotalMilliseconds, "ms");
        report.Add("mention: POST of an @everyone, p50", mention.Percentile(0.50).TotalMilliseconds, "ms");
        report.Add("mention: POST of the same without, p50", plain.Percentile(0.50).TotalMilliseconds, "ms");
        report.AtMost(20, "mention: host CPU per @everyone", mentionCpu, "ms");
        report.Add("mention: host CPU per message without", plainCpu, "ms");
        stage.AddFaults(report, messages);

        RequestTemplate Template(string content) => RequestTemplate.PostMessage(room.ChannelId, room.Members[0].Token, content);

        (Histogram Posts, double CpuMilliseconds) Measure(RequestTemplate post)
        {
            stage.Heartbeat();
            messages.Measure();
            var before = stage.Usage();
            Offer(post, duration);
            stage.Loop.WaitFor(() => messages.Open == 0, Drain);
            return (messages.Posts, (stage.Usage() - before).Host.TotalMilliseconds / messages.Posts.Count);
        }

        void Offer(RequestTemplate post, TimeSpan time) => Schedule.OpenLoop(stage.Loop, MentionsPerSecond, time, intended => http.Send(post, messages.Begin(intended)));
    }

    /// <summary>Every channel is awake and remembers the nonces of its last ten minutes.</summary>
    private static async Task NoncesAsync(Report report)
    {
        await using var stage = await Stage.OpenAsync("conversations-nonces");
        var founder = (await stage.RegisterAsync(1))[0];
        using var api = new Api(stage.Host.Url);
        List<RequestTemplate> posts = [];
        while (posts.Count < ActiveChannels)
        {
            var server = await api.CreateServerAsync(founder, "Harbour");
            for (var i = 0; i < ChannelsPerServer && posts.Count < ActiveChannels; i++)
            {
                var channel = Api.Id(await api.SendAsync(
                    HttpMethod.Post, $"/api/servers/{server}/channels", founder, new JsonObject { ["name"] = string.Create(CultureInfo.InvariantCulture, $"berth-{i}") }));
                posts.Add(RequestTemplate.PostMessage(channel, founder.Token, "Ahoy."));
            }
        }

        var messages = new MessageTracker(0);
        var http = new HttpClientLoop(stage.Loop, stage.Host.EndPoint, HttpConnections, messages.Answered);
        Round(First);
        await Task.Delay(Rest);
        var awake = stage.Host.HostUsage().ResidentBytes;
        Round(NoncesPerChannel);
        await Task.Delay(Rest);
        var full = stage.Host.HostUsage().ResidentBytes;

        report.Add("nonces: active channels", ActiveChannels, "channels");
        report.Add("nonces: more in each", NoncesPerChannel, "nonces");
        report.Add($"nonces: host RSS with {First} in each", awake / MiB, "MiB");
        report.AtMost(20, "nonces: host RSS over that with the others", (full - awake) / MiB, "MiB");
        stage.AddFaults(report, messages);

        void Round(int perChannel)
        {
            var sent = 0L;
            while (sent < (long)ActiveChannels * perChannel || http.Outstanding > 0)
            {
                for (; http.Outstanding < Window && sent < (long)ActiveChannels * perChannel; sent++)
                {
                    var nonce = messages.Begin(Stopwatch.GetTimestamp());
                    http.Send(posts[(int)(nonce % posts.Count)], nonce);
                }

                stage.Loop.Wait(Stopwatch.GetTimestamp() + Stopwatch.Frequency / 100);
            }
        }
    }
}
