using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Together.Protocol;

namespace Together.Host.Auth;

/// <summary>
/// bcrypt (<c>$2b$</c>) from the system's libxcrypt. Any thread; a call computes for as long as the cost says (about
/// 300 ms at cost 12), so callers go through <see cref="PasswordHasher"/>.
/// </summary>
/// <remarks>
/// A hash is <c>$2b$CC$</c>, 22 characters of salt and 31 of hash: 60 ASCII characters. crypt(3) ends a password at NUL
/// and bcrypt at 72 bytes: both are refused here, so that two different passwords never have one hash.
/// </remarks>
public static unsafe partial class Bcrypt
{
    public const int MinCost = 4;
    public const int MaxCost = 31;

    private const string Library = "libcrypt.so.1";
    private const int SaltBytes = 16;
    private const int HashLength = 60;

    /// <summary>CRYPT_GENSALT_OUTPUT_SIZE of libxcrypt's crypt.h.</summary>
    private const int SettingSize = 192;

    /// <summary>sizeof(struct crypt_data), fixed by libxcrypt's ABI.</summary>
    private const int CryptDataSize = 32768;

    /// <summary>Whether the text can be a password at all: 1–72 UTF-8 bytes, no NUL, no lone surrogate.</summary>
    public static bool CanHash(string password)
    {
        if (password.Length is 0 or > Limits.PasswordMaxBytes || password.Contains('\0')) return false;
        try
        {
            return StrictUtf8.GetByteCount(password) <= Limits.PasswordMaxBytes;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    public static string Hash(string password, int cost)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cost, MinCost);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cost, MaxCost);
        Span<byte> salt = stackalloc byte[SaltBytes];
        RandomNumberGenerator.Fill(salt);
        var setting = stackalloc byte[SettingSize];
        fixed (byte* prefix = "$2b$\0"u8)
        fixed (byte* random = salt)
        {
            if (GenerateSetting(prefix, new CULong((uint)cost), random, SaltBytes, setting, SettingSize) == null)
            {
                throw new CryptographicException($"crypt_gensalt_rn refused $2b$ with cost {cost}");
            }
        }
        return Crypt(password, setting);
    }

    /// <summary>Whether the password has that hash. A hash that is not <c>$2b$</c>'s answers false.</summary>
    public static bool Verify(string password, string hash)
    {
        if (Cost(hash) is null || !CanHash(password)) return false;
        var setting = stackalloc byte[HashLength + 1];
        Encoding.ASCII.GetBytes(hash, new Span<byte>(setting, HashLength));
        setting[HashLength] = 0;
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Crypt(password, setting)), Encoding.ASCII.GetBytes(hash));
    }

    /// <summary>The cost that a hash was made with; null when it is not a <c>$2b$</c> hash.</summary>
    public static int? Cost(string hash) =>
        hash.Length == HashLength && hash.StartsWith("$2b$", StringComparison.Ordinal) && hash[6] == '$'
        && int.TryParse(hash.AsSpan(4, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var cost)
        && cost is >= MinCost and <= MaxCost
        && !hash.AsSpan(7).ContainsAnyExcept(Base64Alphabet)
            ? cost
            : null;

    /// <summary>Hashes once at the lowest cost, so that a missing library stops the start and not the first login.</summary>
    public static void SelfTest()
    {
        try
        {
            if (Verify("self-test", Hash("self-test", MinCost))) return;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException or CryptographicException)
        {
            throw new InvalidOperationException(MissingLibrary, missing);
        }
        throw new InvalidOperationException(MissingLibrary);
    }

    private const string MissingLibrary =
        $"Passwords need bcrypt from the system's libxcrypt ({Library}), which was not found or lacks $2b$. "
        + "Install the package libcrypt1 (Debian, Ubuntu) or libxcrypt-compat (Fedora, Arch, openSUSE).";

    private static readonly System.Buffers.SearchValues<char> Base64Alphabet =
        System.Buffers.SearchValues.Create("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static string Crypt(string password, byte* setting)
    {
        if (!CanHash(password)) throw new ArgumentException("1 to 72 UTF-8 bytes without NUL", nameof(password));
        var phrase = stackalloc byte[Limits.PasswordMaxBytes + 1];
        var length = StrictUtf8.GetBytes(password, new Span<byte>(phrase, Limits.PasswordMaxBytes));
        phrase[length] = 0;
        var data = NativeMemory.AllocZeroed(CryptDataSize);
        try
        {
            var hash = CryptHash(phrase, setting, data, CryptDataSize);
            return Marshal.PtrToStringAnsi((nint)hash) is { Length: HashLength } text
                ? text
                : throw new CryptographicException("crypt_rn refused a $2b$ setting");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(new Span<byte>(phrase, Limits.PasswordMaxBytes + 1));
            NativeMemory.Clear(data, CryptDataSize);
            NativeMemory.Free(data);
        }
    }

    [LibraryImport(Library, EntryPoint = "crypt_gensalt_rn")]
    private static partial byte* GenerateSetting(byte* prefix, CULong count, byte* random, int randomLength, byte* output, int outputSize);

    [LibraryImport(Library, EntryPoint = "crypt_rn")]
    private static partial byte* CryptHash(byte* phrase, byte* setting, void* data, int size);
}
