using System.Buffers.Binary;
using System.Net;

namespace Together.Host.Http;

/// <summary>
/// Whom a limit per address counts: an IPv4 address, or an IPv6 /64, since one customer has at least that many
/// (RFC 6177 §2) and could take a new address for each request.
/// </summary>
public readonly record struct ClientNetwork(UInt128 Prefix)
{
    private static readonly UInt128 Upper64 = new(ulong.MaxValue, 0);

    public static ClientNetwork Of(IPAddress? address)
    {
        if (address is null) return default;
        Span<byte> bytes = stackalloc byte[16];
        var mapped = address.MapToIPv6();
        mapped.TryWriteBytes(bytes, out _);
        var value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return new ClientNetwork(mapped.IsIPv4MappedToIPv6 ? value : value & Upper64);
    }
}
