using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Together.Tests.Kit.Browser;

/// <summary>
/// The web client as one person uses it: by the names of its controls, as a screen reader tells them. It waits for what it is asked
/// for. One test.
/// </summary>
public sealed partial class Client
{
    private Client(Visitor visitor, IPage page) => (Visitor, Page) = (visitor, page);

    public Visitor Visitor { get; }

    /// <summary>The visitor's, or another tab of their browser.</summary>
    public IPage Page { get; }

    /// <summary>What was said, oldest first, as far as it is drawn.</summary>
    public ILocator Messages => Page.GetByRole(AriaRole.Feed).GetByRole(AriaRole.Article);

    /// <summary>Where one writes.</summary>
    public ILocator Composer => Page.GetByRole(AriaRole.Textbox, new PageGetByRoleOptions { NameRegex = ComposerName() });

    public ILocator Dialog => Page.GetByRole(AriaRole.Dialog);

    private ILocator Navigation => Page.GetByRole(AriaRole.Navigation, new PageGetByRoleOptions { Name = "Servers and channels" });

    /// <summary>The client in front of nobody yet.</summary>
    public static Client Of(Visitor visitor) => new(visitor, visitor.Page);

    /// <summary>Another tab of the same browser.</summary>
    public async Task<Client> TabAsync(string path)
    {
        var page = await Page.Context.NewPageAsync();
        await page.GotoAsync(path);
        return new Client(Visitor, page);
    }

    /// <summary>Opens the client and logs in.</summary>
    /// <param name="username">With everybody's password.</param>
    /// <param name="path">Where one wants to be then.</param>
    public async Task<Client> EnterAsync(string username, string path = "/")
    {
        await Visitor.OpenAsync(path);
        await LogInAsync(username);
        return this;
    }

    /// <summary>Fills the login form, wherever it stands.</summary>
    public async Task LogInAsync(string username, string password = ApiClient.Password, string button = "Log in")
    {
        await Visitor.FillAsync("Username", username);
        await Visitor.FillAsync("Password", password);
        await Visitor.ClickAsync(AriaRole.Button, button);
    }


    public async Task LogOutAsync()
    {
        await Visitor.ClickAsync(AriaRole.Button, "Settings");
        await Dialog.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Log out", Exact = true }).ClickAsync();
    }

    /// <summary>Waits for the channel to be the one on screen, with its messages.</summary>
    public async Task IsInAsync(string channel)
    {
        await Expect(Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = channel, Level = 1, Exact = true })).ToBeVisibleAsync();
        await Expect(Page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = $"Messages in {channel}", Exact = true })).ToBeVisibleAsync();
    }

    public ILocator ChannelLink(string channel) =>
        Navigation.GetByRole(AriaRole.List, new LocatorGetByRoleOptions { Name = "Channels" }).GetByRole(AriaRole.Link).Filter(new LocatorFilterOptions { HasText = channel });

    public async Task OpenChannelAsync(string channel)
    {
        await ChannelLink(channel).ClickAsync();
        await IsInAsync(channel);
    }

    public ILocator Message(string text) => Messages.Filter(new LocatorFilterOptions { HasText = text });

    public async Task SendAsync(string text)
    {
        await Composer.FillAsync(text);
        await Composer.PressAsync("Enter");
        await Expect(Composer).ToHaveValueAsync("");
    }

    /// <summary>Chooses something from a message's menu.</summary>
    public async Task MenuAsync(string message, string item)
    {
        await Message(message).HoverAsync();
        await Message(message).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "More", Exact = true }).ClickAsync();
        await Page.GetByRole(AriaRole.Menuitem, new PageGetByRoleOptions { NameRegex = new Regex($"^{item}") }).ClickAsync();
    }

    /// <summary>The messages are these, oldest first, each once.</summary>
    public Task SaidAsync(params string[] texts) => Expect(Messages).ToContainTextAsync(texts);

    [GeneratedRegex("^Message ")]
    private static partial Regex ComposerName();
}
