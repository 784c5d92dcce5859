namespace Together.Protocol.Gateway;

/// <summary>Why the host closes a gateway connection. <see cref="CloseCodes.MayResume"/> says what a client does next.</summary>
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

public static class CloseCodes
{
    /// <summary>Whether a client may RESUME after it; otherwise it must log in or IDENTIFY anew.</summary>
    public static bool MayResume(this CloseCode code) => code switch
    {
        CloseCode.Internal or CloseCode.TooFastOrTooSlow or CloseCode.HeartbeatMissed or CloseCode.HostRestarting or CloseCode.UnknownOp
            or CloseCode.NotJson or CloseCode.NotIdentified or CloseCode.IdentifiedTwice or CloseCode.FrameTooLarge => true,
        CloseCode.TokenInvalid or CloseCode.BadSeq or CloseCode.SessionRevoked or CloseCode.ResumedElsewhere => false,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "not in the table"),
    };
}
