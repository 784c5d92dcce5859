using Together.Host.Http;

namespace Together.Host.Auth;

/// <summary>Failed logins in a window, for an account from one network and for a network.</summary>
public sealed record LoginLimitRules(int PerAccountAndNetwork, int PerNetwork, TimeSpan Window)
{
    public static LoginLimitRules Default { get; } = new(10, 50, TimeSpan.FromMinutes(15));
}

/// <summary>
/// Limits failed logins by (account, network) and by network, never by account alone: strangers cannot lock anybody out.
/// Any thread; lives as long as the host. Without rules nothing is limited.
/// </summary>
public sealed class LoginLimits
{
    /// <summary>
    /// Two cores check fewer than 7 passwords a second at cost 12, 6,000 in a window of 15 minutes: no flood fills the table.
    /// </summary>
    private const int Capacity = 16_384;

    private readonly WindowCounters<(string Username, ClientNetwork Network)>? _pairs;
    private readonly WindowCounters<ClientNetwork>? _networks;

    public LoginLimits(LoginLimitRules? rules, TimeProvider time)
    {
        if (rules is null) return;
        _pairs = new(rules.PerAccountAndNetwork, rules.Window, Capacity, time);
        _networks = new(rules.PerNetwork, rules.Window, Capacity, time);
    }

    /// <summary>
    /// Counts an attempt as failed before its password is checked, so that many at once are not all let in; answers the
    /// seconds to wait when it may not be made.
    /// </summary>
    public int? Begin(string username, ClientNetwork network)
    {
        if (_networks is null || _pairs is null) return null;
        var byNetwork = _networks.Take(network);
        if (!byNetwork.Allowed) return byNetwork.ResetSeconds;
        var byPair = _pairs.Take((username, network));
        if (byPair.Allowed) return null;
        _networks.GiveBack(network);
        return byPair.ResetSeconds;
    }

    /// <summary>The attempt was right: it does not count, and the account's earlier failures from there are forgiven.</summary>
    public void Succeeded(string username, ClientNetwork network)
    {
        _networks?.GiveBack(network);
        _pairs?.Forget((username, network));
    }

    /// <summary>The attempt came to no answer (overloaded, database gone): it does not count.</summary>
    public void Abandoned(string username, ClientNetwork network)
    {
        _networks?.GiveBack(network);
        _pairs?.GiveBack((username, network));
    }
}
