using Together.Actors.Runtime;
using Together.Actors.Servers;
using Together.Actors.Sharding;
using Together.Actors.Users;
using Together.Actors.Views;
using Together.Host.Configuration;
using Together.Host.Http;
using Together.Host.Operations;
using Together.Host.Servers;
using Together.Protocol;
using static Together.Host.Http.Answers;

namespace Together.Host.Auth;

/// <summary>Accounts, logins and sessions: <c>/api/auth</c>.</summary>
public sealed class AuthEndpoints(
    Node node, AccountStore accounts, AccessTokens tokens, PasswordHasher hasher, PasswordLogin login, InstanceStore instance, SetupCode setupCode)
{
    private static readonly Parameter WebClient = new(RefreshCookie.ClientHeader, "The refresh token is in a cookie and in no body.", IsHeader: true) { Words = ["web"] };

    public void Map(IEndpointRouteBuilder api)
    {
        var auth = api.MapGroup("/auth").WithTags("auth");
        auth.MapPost("/register", (Delegate)RegisterAsync).AllowAnonymous().Accepts<RegisterBody>("application/json").Produces<AuthAnswer>(StatusCodes.Status201Created).Takes(WebClient);
        auth.MapPost("/login", (Delegate)LoginAsync).AllowAnonymous().Accepts<LoginBody>("application/json").Produces<AuthAnswer>().Takes(WebClient);
        auth.MapPost("/refresh", (Delegate)RefreshAsync).AllowAnonymous().Accepts<RefreshBody>(isOptional: true, "application/json").Produces<AuthAnswer>().Takes(WebClient);
        auth.MapPost("/logout", (Delegate)LogoutAsync).Produces(StatusCodes.Status204NoContent);
        auth.MapPost("/password", (Delegate)ChangePasswordAsync).Accepts<PasswordBody>("application/json").Produces(StatusCodes.Status204NoContent);
        auth.MapGet("/sessions", (Delegate)ListSessionsAsync).Produces<IReadOnlyList<Session>>();
        auth.MapDelete("/sessions", (Delegate)EndAllSessionsAsync).Produces(StatusCodes.Status204NoContent);
        auth.MapDelete("/sessions/{id:guid}", EndSessionAsync).Produces(StatusCodes.Status204NoContent);
    }

    private async Task<IResult> RegisterAsync(HttpContext context)
    {
        var mode = (await instance.ReadAsync(context.RequestAborted)).Registration;
        var needsSetup = await accounts.NeedsSetupAsync(context.RequestAborted);
        if (mode == RegistrationMode.Closed && !needsSetup) return (Problem)ErrorCode.RegistrationClosed;

        if (!(await context.ReadJsonAsync(AuthRequestJson.Default.RegisterBody)).TryGet(out var body, out var problem)) return problem;
        var errors = new FieldErrors();
        if (!AccountRules.TryUsername(body.Username, out var username, out var wrong)) errors.Add("username", wrong);
        if (AccountRules.PasswordProblem(body.Password) is { } weak) errors.Add("password", weak);
        var email = errors.TextOrNull("email", body.Email, Limits.EmailMax);
        if (email is not null && AccountRules.EmailProblem(email) is { } odd) errors.Add("email", odd);
        if (errors.IsAny(out problem)) return problem;

        var server = string.IsNullOrEmpty(body.Invite) ? null : UsableInvite(body.Invite);
        var maySetUp = needsSetup && (ClientAddress.IsLocal(context) || setupCode.Matches(body.SetupCode));
        if (needsSetup && !maySetUp) return (Problem)ErrorCode.InvalidSetupCode;
        var refusal = mode switch
        {
            RegistrationMode.Closed => ErrorCode.RegistrationClosed,
            // A person who came by an invite wants to be where it leads: one that leads nowhere is said, not ignored.
            RegistrationMode.Open when string.IsNullOrEmpty(body.Invite) || server is not null => (ErrorCode?)null,
            _ => server is null ? ErrorCode.InviteRequired : null,
        };
        if (refusal is { } closed && !maySetUp) return (Problem)closed;

        // A hash takes a third of a second of a processor: not for a name that is taken anyway.
        if (await accounts.FindAsync(username!, context.RequestAborted) is not null) return (Problem)ErrorCode.UsernameTaken;
        if (!(await hasher.HashAsync(body.Password!)).TryGet(out var hash, out var overloaded)) return (Problem)overloaded.Value;
        var first = refusal is not null ? FirstAccount.Required : maySetUp ? FirstAccount.Allowed : FirstAccount.Refused;

        // From here on to the end, also when the client has gone: half a registration helps nobody.
        var created = await accounts.CreateAsync(new NewAccount(node.Ids.Next<UserId>(), username!, hash, email), first, CancellationToken.None);
        if (!created.TryGet(out var account, out var lost)) return (Problem)(lost == ErrorCode.RegistrationClosed ? refusal ?? lost.Value : lost.Value);
        // Without its event the account stays, and the first login makes up for it.
        if ((await AnnounceAsync(account)).IsRefused(out problem)) return problem;
        if (server is { } joins && await JoinAsync(account, joins, body.Invite!) is { } refused) return refused;
        return await OpenSessionAsync(context, account) is { } session
            ? Answer(context, account, session, StatusCodes.Status201Created)
            : (Problem)ErrorCode.Unauthorized;
    }

    private async Task<IResult> LoginAsync(HttpContext context)
    {
        if (!(await context.ReadJsonAsync(AuthRequestJson.Default.LoginBody)).TryGet(out var body, out var problem)) return problem;
        var errors = new FieldErrors();
        if (string.IsNullOrEmpty(body.Username)) errors.Add("username", "is required");
        if (string.IsNullOrEmpty(body.Password)) errors.Add("password", "is required");
        if (errors.IsAny(out problem)) return problem;

        // Twice: another login of the account may replace the hash between the check and the session (a new bcrypt cost).
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var (account, refusal) = await login.CheckAsync(body.Username, body.Password, Network(context), context.RequestAborted);
            if (account is null) return refusal!;
            if ((await EnsureAnnouncedAsync(account)).IsRefused(out problem)) return problem;
            if (await OpenSessionAsync(context, account) is { } session) return Answer(context, account, session, StatusCodes.Status200OK);
        }
        return (Problem)ErrorCode.InvalidCredentials;
    }

    private async Task<IResult> RefreshAsync(HttpContext context)
    {
        var isInCookie = RefreshCookie.IsWanted(context.Request);
        string? token;
        if (isInCookie)
        {
            token = RefreshCookie.Read(context.Request);
        }
        else
        {
            if (!(await context.ReadJsonAsync(AuthRequestJson.Default.RefreshBody)).TryGet(out var body, out var problem)) return problem;
            var errors = new FieldErrors();
            if (string.IsNullOrEmpty(body.RefreshToken)) errors.Add("refresh_token", "is required");
            if (errors.IsAny(out problem)) return problem;
            token = body.RefreshToken;
        }
        if (token is null) return (Problem)ErrorCode.Unauthorized;

        switch (await accounts.RefreshAsync(token, Origin(context), context.RequestAborted))
        {
            case Refresh.Rotated { Tokens: var rotated } when await accounts.FindAsync(rotated.User, context.RequestAborted) is { } account:
                return Answer(context, account, rotated, StatusCodes.Status200OK);
            case Refresh.Reused reused:
                return (await RevokeAsync(reused.User, [reused.Session])).IsRefused(out var unavailable) ? unavailable : (Problem)ErrorCode.Unauthorized;
            default:
                return (Problem)ErrorCode.Unauthorized;
        }
    }

    private async Task<IResult> LogoutAsync(HttpContext context)
    {
        var caller = context.Caller();
        return End(context, await RevokeAsync(caller.UserId, [caller.SessionId]));
    }

    private async Task<IResult> ListSessionsAsync(HttpContext context)
    {
        var caller = context.Caller();
        var sessions = await accounts.ListSessionsAsync(caller.UserId, context.RequestAborted);
        return Json(
            [.. sessions.Select(row => new Session(row.Id, row.CreatedAt, row.LastActiveAt, row.Ip, row.UserAgent, row.Id == caller.SessionId))],
            AuthRequestJson.Default.IReadOnlyListSession);
    }

    private async Task<IResult> EndSessionAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller();
        var session = new SessionId(id);
        var own = await accounts.UnrevokedSessionsAsync(caller.UserId, context.RequestAborted);
        if (!own.Contains(session)) return (Problem)ErrorCode.NotFound;
        var reply = await RevokeAsync(caller.UserId, [session]);
        return session == caller.SessionId ? End(context, reply) : NoContent(reply);
    }

    private async Task<IResult> EndAllSessionsAsync(HttpContext context)
    {
        var caller = context.Caller();
        return End(context, await RevokeAsync(caller.UserId, await accounts.UnrevokedSessionsAsync(caller.UserId, context.RequestAborted)));
    }

    private async Task<IResult> ChangePasswordAsync(HttpContext context)
    {
        var caller = context.Caller();
        if (!(await context.ReadJsonAsync(AuthRequestJson.Default.PasswordBody)).TryGet(out var body, out var problem)) return problem;
        var errors = new FieldErrors();
        if (string.IsNullOrEmpty(body.CurrentPassword)) errors.Add("current_password", "is required");
        if (AccountRules.PasswordProblem(body.NewPassword) is { } weak) errors.Add("new_password", weak);
        if (errors.IsAny(out problem)) return problem;

        if (await accounts.FindAsync(caller.UserId, context.RequestAborted) is not { } named) return (Problem)ErrorCode.Unauthorized;
        var (account, refusal) = await login.CheckAsync(named.Username, body.CurrentPassword, Network(context), context.RequestAborted);
        if (account is null)
            return refusal!.Code == ErrorCode.InvalidCredentials ? refusal with { Detail = "The current password is wrong", OtherStatus = StatusCodes.Status403Forbidden } : refusal;
        if (!(await hasher.HashAsync(body.NewPassword!)).TryGet(out var hash, out var overloaded)) return (Problem)overloaded.Value;

        // Before, so that when this fails the request can be repeated with the same current password; after, for a login that
        // came in between.
        if ((await RevokeOthersAsync(caller)).IsRefused(out problem)) return problem;
        if (!await accounts.ChangePasswordHashAsync(account.Id, account.PasswordHash, hash, CancellationToken.None))
            return new Problem(ErrorCode.Conflict, "The password was changed at the same time");
        return NoContent(await RevokeOthersAsync(caller));
    }

    private ServerId? UsableInvite(string code) =>
        InviteEndpoints.Find(node.Views.Root, code) is ({ } server, { } invite) && invite.IsUsable(node.Time.GetUtcNow()) ? server.Id : null;

    /// <summary>
    /// Null when the new account has joined. When it certainly has not, it is removed again; when the answer is lost, it stays:
    /// it may be a member already.
    /// </summary>
    private async Task<Problem?> JoinAsync(Account account, ServerId server, string code)
    {
        var reply = await node.Region.AskAsync(EntityRef.Server(server), new JoinServer(account.Id, code));
        if (!reply.IsRefused(out var problem) || problem.Code == ErrorCode.Unavailable) return problem;
        await accounts.DeleteAsync(account.Id, CancellationToken.None);
        if ((await node.Region.AskAsync(EntityRef.User(account.Id), new DeleteUser())).IsRefused(out var failed)) return failed;
        return problem.Code == ErrorCode.NotFound ? ErrorCode.InviteRequired : problem;
    }

    /// <summary>A registration whose event was lost is made whole here.</summary>
    private Task<Reply> EnsureAnnouncedAsync(Account account) =>
        node.Views.Root.Users.ContainsKey(account.Id) ? Task.FromResult(new Reply(null)) : AnnounceAsync(account);

    /// <summary>Makes the account's user visible. The time is the ID's, in whole milliseconds, as the journal keeps times.</summary>
    private Task<Reply> AnnounceAsync(Account account) =>
        node.Region.AskAsync(EntityRef.User(account.Id), new RegisterUser(new UserRecord(account.Id, account.Username, UuidV7.Time(account.Id.Value))));

    /// <summary>Answered when it is durable and folded: the sessions' access tokens are refused from then on.</summary>
    private Task<Reply> RevokeAsync(UserId user, IEnumerable<SessionId> sessions) =>
        node.Region.AskAsync(EntityRef.User(user), new RevokeSessions([.. sessions]));

    private async Task<Reply> RevokeOthersAsync(Caller caller) =>
        await RevokeAsync(caller.UserId, (await accounts.UnrevokedSessionsAsync(caller.UserId, CancellationToken.None)).Where(session => session != caller.SessionId));

    private Task<SessionTokens?> OpenSessionAsync(HttpContext context, Account account) =>
        accounts.CreateSessionAsync(account, node.Ids.Next<SessionId>(), Origin(context), CancellationToken.None);

    private IResult Answer(HttpContext context, Account account, SessionTokens session, int status)
    {
        if (!node.Views.Root.Users.TryGetValue(account.Id, out var user)) return (Problem)ErrorCode.Unauthorized;
        var isInCookie = RefreshCookie.IsWanted(context.Request);
        if (isInCookie) RefreshCookie.Write(context, session.RefreshToken, accounts.RefreshLifetime);
        var answer = new AuthAnswer(
            tokens.Issue(account.Id, session.Session),
            isInCookie ? null : session.RefreshToken,
            (int)tokens.Lifetime.TotalSeconds,
            user.ToCurrentUser(account.Email));
        return Json(answer, AuthRequestJson.Default.AuthAnswer, status);
    }

    /// <summary>The caller's own session has ended: its cookie is of no use any more.</summary>
    private static IResult End(HttpContext context, Reply reply)
    {
        if (reply.IsRefused(out var problem)) return problem;
        RefreshCookie.Delete(context);
        return Results.NoContent();
    }

    private static ClientNetwork Network(HttpContext context) => ClientNetwork.Of(context.Connection.RemoteIpAddress);

    private static SessionOrigin Origin(HttpContext context) =>
        new(context.Connection.RemoteIpAddress, context.Request.Headers.UserAgent is [{ } agent] ? agent : null);
}
