using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Together.Bench.Load;

/// <summary>
/// Sends and fetches files over plain sockets, one after the other, with as little work of its own as it goes: the host is what is
/// measured. One thread.
/// </summary>
internal sealed class FileClient(IPEndPoint host, string token) : IDisposable
{
    private const string Boundary = "bench-boundary";

    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly Socket _socket = Connect(host);

    /// <summary>Answers the status and the body, which is JSON.</summary>
    /// <param name="content">Sent over and over until there are enough bytes.</param>
    /// <param name="size">In bytes, at least 8.</param>
    /// <param name="mark">Makes this file another than all others.</param>
    public (int Status, string Body) Upload(byte[] content, long size, long mark)
    {
        var head = $"--{Boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"bench.bin\"\r\n\r\n";
        var tail = $"\r\n--{Boundary}--\r\n";
        Send($"POST /api/attachments HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nContent-Type: multipart/form-data; boundary={Boundary}\r\n"
            + $"Content-Length: {(head.Length + size + tail.Length).ToString(CultureInfo.InvariantCulture)}\r\n\r\n{head}");
        _socket.Send(BitConverter.GetBytes(mark));
        for (var sent = 8L; sent < size;)
            sent += _socket.Send(content.AsSpan(0, (int)Math.Min(content.Length, size - sent)));
        Send(tail);
        var text = new MemoryStream();
        var (status, _) = Receive(text);
        return (status, Encoding.UTF8.GetString(text.ToArray()));
    }

    public (int Status, long Length) Post(string path, string json)
    {
        Send($"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {json.Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n{json}");
        return Receive(null);
    }

    /// <summary>Answers the status and how many bytes the body had.</summary>
    public (int Status, long Length) Download(string path)
    {
        Send($"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n");
        return Receive(null);
    }

    public void Dispose() => _socket.Dispose();

    private static Socket Connect(IPEndPoint host)
    {
        var socket = new Socket(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(host);
        return socket;
    }

    private void Send(string text) => _socket.Send(Encoding.ASCII.GetBytes(text));

    private (int Status, long Length) Receive(MemoryStream? keep)
    {
        var read = 0;
        int headers;
        while ((headers = _buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8)) < 0)
            read += ReceiveInto(_buffer.AsSpan(read));
        var text = Encoding.ASCII.GetString(_buffer, 0, headers);
        var status = int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture);
        var length = text.Split("\r\n").Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            .Select(line => long.Parse(line.AsSpan(15).Trim(), CultureInfo.InvariantCulture)).Single();
        keep?.Write(_buffer, headers + 4, read - headers - 4);
        for (var left = length - (read - headers - 4); left > 0;)
        {
            var got = ReceiveInto(_buffer);
            keep?.Write(_buffer, 0, got);
            left -= got;
        }

        return (status, length);
    }

    private int ReceiveInto(Span<byte> target) => _socket.Receive(target) is > 0 and var got ? got : throw new IOException("the host closed the connection");
}
