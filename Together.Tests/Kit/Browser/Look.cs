using Microsoft.Playwright;

namespace Together.Tests.Kit.Browser;

/// <summary>What a visitor looks at the page with.</summary>
/// <param name="Width">Of the viewport, in CSS pixels.</param>
/// <param name="Height">Of the viewport, in CSS pixels.</param>
/// <param name="Scheme">What <c>prefers-color-scheme</c> says.</param>
/// <param name="ReducedMotion">What <c>prefers-reduced-motion</c> says.</param>
/// <param name="IsTouch">Fingers instead of a mouse: no hover, coarse pointer.</param>
public sealed record Look(int Width, int Height, ColorScheme Scheme = ColorScheme.Dark, bool ReducedMotion = false, bool IsTouch = false)
{
    public static Look Desktop { get; } = new(1440, 900);

    public static Look Tablet { get; } = new(820, 1180, IsTouch: true);

    public static Look Phone { get; } = new(390, 844, IsTouch: true);

    internal BrowserNewContextOptions ContextOptions(Uri address) => new()
    {
        BaseURL = address.ToString(),
        ViewportSize = new ViewportSize { Width = Width, Height = Height },
        ColorScheme = Scheme,
        ReducedMotion = ReducedMotion ? Microsoft.Playwright.ReducedMotion.Reduce : Microsoft.Playwright.ReducedMotion.NoPreference,
        HasTouch = IsTouch,
        IsMobile = IsTouch,
        // The same on every machine.
        Locale = "en-GB",
        TimezoneId = "UTC",
    };
}
