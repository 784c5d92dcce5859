namespace Together.Protocol.Gateway;

/// <summary>Why the host closes a gateway connection. <see cref="CloseCodes.Next"/> says what a client does after it.</summary>
public enum CloseCode
{
    Internal = 4000,
    UnknownOp = 4001,
    NotJson = 4002,
    NotIdentified = 4003,
    TokenInvalid = 4004,
    IdentifiedTwice = 4005,
    BadSeq = 4007,

    /// <summary>Too many frames, or too slow to read them.</summary>
    TooFastOrTooSlow = 4008,
    HeartbeatMissed = 4009,
    SessionRevoked = 4011,
    ResumedElsewhere = 4012,

    /// <summary>A frame from the client was larger than 64 KiB.</summary>
    FrameTooLarge = 4013,

    /// <summary>In the IANA registry of RFC 6455: "Service Restart".</summary>
    HostRestarting = 1012,
}

/// <summary>What a client does after it was closed.</summary>
public enum AfterClose
{
    Resume,

    /// <summary>Get a new access token, then RESUME.</summary>
    RefreshToken,
    Identify,
    LogIn,

    /// <summary>Another connection lives on in its place.</summary>
    Nothing,
}

public static class CloseCodes
{
    /// <summary>The one table of codes: what it means to people, and what comes next.</summary>
    private static (string Meaning, AfterClose Next) Row(CloseCode code) => code switch
    {
        CloseCode.HostRestarting => ("The host restarts", AfterClose.Resume),
        CloseCode.Internal => ("An error of the host's", AfterClose.Resume),
        CloseCode.UnknownOp => ("Unknown op", AfterClose.Resume),
        CloseCode.NotJson => ("Not a JSON object with an op, a binary frame, or a payload of the wrong shape", AfterClose.Resume),
        CloseCode.NotIdentified => ("Not identified in time, or a frame that needs it", AfterClose.Identify),
        CloseCode.TokenInvalid => ("Token invalid or expired", AfterClose.RefreshToken),
        CloseCode.IdentifiedTwice => ("IDENTIFY or RESUME on an identified connection", AfterClose.Resume),
        CloseCode.BadSeq => ("A position that is negative, not a number, or above the log's head", AfterClose.Identify),
        CloseCode.TooFastOrTooSlow => ("Too many frames, or too slow to read them", AfterClose.Resume),
        CloseCode.HeartbeatMissed => ("No heartbeat for too long", AfterClose.Resume),
        CloseCode.SessionRevoked => ("The session was revoked", AfterClose.LogIn),
        CloseCode.ResumedElsewhere => ("The session was resumed on another connection", AfterClose.Nothing),
        CloseCode.FrameTooLarge => ("A frame larger than 64 KiB", AfterClose.Resume),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "not in the table"),
    };

    public static string Meaning(this CloseCode code) => Row(code).Meaning;
    public static AfterClose Next(this CloseCode code) => Row(code).Next;
}
