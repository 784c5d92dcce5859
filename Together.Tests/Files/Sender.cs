using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Together.Tests.Kit;

namespace Together.Tests.Files;

/// <summary>Somebody who sends an upload byte by byte, and need not keep to any rule. One test.</summary>
internal sealed class Sender : IDisposable
{
    public const string Boundary = "bound";

    private readonly TcpClient _client;
    private readonly NetworkStream _stream;

    private Sender(TcpClient client) => (_client, _stream) = (client, client.GetStream());

    /// <summary>What stands in a form before a file's content.</summary>
    public static byte[] Opening(string filename = "file.bin") => Encoding.UTF8.GetBytes($"--{Boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\n\r\n");

    public static byte[] Ending => [.. "\r\n--bound--\r\n"u8];

    /// <summary>Sends a request's head and what is given of its body.</summary>
    /// <param name="framing">The header that says how long the body is.</param>
    public static async Task<Sender> StartAsync(TestHost host, Person person, string framing, params byte[] body)
    {
        var client = new TcpClient();
        await client.ConnectAsync(host.Address.Host, host.Address.Port);
        var sender = new Sender(client);
        await sender.SendAsync([.. Encoding.ASCII.GetBytes(
            $"POST /api/attachments HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {person.Token}\r\nContent-Type: multipart/form-data; boundary={Boundary}\r\n{framing}\r\n\r\n"), .. body]);
        return sender;
    }

    /// <summary>A piece of a chunked body.</summary>
    public static byte[] Chunk(params byte[] content) => [.. Encoding.ASCII.GetBytes(content.Length.ToString("x", CultureInfo.InvariantCulture)), .. "\r\n"u8, .. content, .. "\r\n"u8];

    public ValueTask SendAsync(byte[] bytes) => _stream.WriteAsync(bytes);

    /// <summary>Says that nothing more comes, and listens on.</summary>
    public void End() => _client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>The status and the problem's word that are answered; 0 when the connection ends without an answer.</summary>
    public async Task<(int Status, string Text)> AnswerAsync()
    {
        using var answer = new MemoryStream();
        try
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await _stream.CopyToAsync(answer, timeout.Token);
        }
        catch (IOException)
        {
            // Cut off: what came before counts.
        }

        var text = Encoding.UTF8.GetString(answer.ToArray());
        return text.Length == 0 ? (0, "") : (int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture), text);
    }

    /// <summary>Goes away without a word.</summary>
    public void Dispose()
    {
        _client.Client.LingerState = new LingerOption(true, 0);
        _client.Dispose();
    }
}
