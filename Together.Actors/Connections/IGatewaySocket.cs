using Together.Protocol.Gateway;

namespace Together.Actors.Connections;

/// <summary>The wire under a connection.</summary>
public interface IGatewaySocket
{
    /// <summary>Sends one text frame. Called by one sender at a time; the memory is the caller's again when it completes.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> frame);

    /// <summary>Closes with a code, without waiting for the client. May be called more than once and from any thread.</summary>
    void Close(CloseCode code);
}
