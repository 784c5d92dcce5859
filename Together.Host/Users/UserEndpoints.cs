using Together.Actors.Views;
using Together.Host.Auth;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Users;
using static Together.Host.Http.Answers;

namespace Together.Host.Users;

/// <summary>The caller and the people they share a server with: <c>/api/users</c>.</summary>
public sealed class UserEndpoints(Node node, AccountStore accounts)
{
    public void Map(IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("users");
        users.MapGet("/@me", (Delegate)GetOwnAsync).Produces<CurrentUser>();
        users.MapGet("/{id:guid}", Get).Produces<User>();
    }

    private async Task<IResult> GetOwnAsync(HttpContext context)
    {
        var account = await accounts.FindAsync(context.Caller().UserId, context.RequestAborted);
        return account is not null && node.Views.Root.Users.TryGetValue(account.Id, out var user)
            ? Json(user.ToCurrentUser(account.Email), WireJson.Default.CurrentUser)
            : (Problem)ErrorCode.NotFound;
    }

    private IResult Get(HttpContext context, Guid id)
    {
        var root = node.Views.Root;
        var (caller, user) = (context.Caller().UserId, new UserId(id));
        var isVisible = root.Users.ContainsKey(user) && (user == caller || root.ServersOf(caller).Any(server => server.Members.ContainsKey(user)));
        return isVisible ? Json(root.User(user), WireJson.Default.User) : (Problem)ErrorCode.NotFound;
    }
}
