namespace Together.Bench.Scenarios;

/// <summary>One line of a conversation; <paramref name="ReplyTo"/> counts back from it: 1 is the line before.</summary>
internal sealed record Line(string Author, string Text, int ReplyTo = 0);

/// <summary>A text channel with what was said in it, or a voice channel, in which nothing was.</summary>
internal sealed record SampleChannel(string Name, string Type, string? Topic, IReadOnlyList<Line> Lines);

internal sealed record SampleCategory(string Name, IReadOnlyList<SampleChannel> Channels);

/// <summary>A community garden's server: always the same people and words, so that screenshots and demonstrations stay comparable.</summary>
internal static class SampleCommunity
{
    public const string ServerName = "Millrace Garden";

    /// <summary>The first founds the server.</summary>
    public static readonly IReadOnlyList<string> People = ["ines", "tobias", "mairead", "joon", "adaeze", "sorin", "petra", "wim"];

    /// <summary>Said in the channel that every new server has.</summary>
    public static readonly IReadOnlyList<Line> General =
    [
        new("ines", "Welcome, everybody! This replaces the mailing list that nobody read. **#announcements** is for dates, everything else goes wherever it fits."),
        new("tobias", "Finally. The list ate my last three mails about the water butt."),
        new("mairead", "It did not eat them, we just all pretended not to have seen them 😄", 1),
        new("tobias", "I knew it.", 1),
        new("joon", "hi all, plot 14 here, the one with the ambitious pumpkins"),
        new("adaeze", "Ambitious is one word. They have crossed the path, Joon.", 1),
        new("joon", "they are exploring", 1),
        new("wim", "Morning. Is the gate code still the old one? I stood there like a lemon on Sunday."),
        new("ines", "Changed on the first of the month, I'll send it to you in private.", 1),
        new("petra", "Found a single red child's boot by the compost. It is on the fence post, looking hopeful."),
        new("sorin", "That is ours! Thank you. We have been a one-boot household since Saturday.", 1),
        new("adaeze", "Does anyone have a spare wheelbarrow for tomorrow, around ten? Half an hour would do."),
        new("wim", "Take mine, it's behind the shed. The tyre is soft, be kind to it.", 1),
        new("adaeze", "You are a star.", 1),
    ];

    public static readonly IReadOnlyList<SampleCategory> Categories =
    [
        new("Garden",
        [
            new("announcements", "text", "Dates and decisions. Short, please.",
            [
                new("ines", "**Work morning** on Saturday, 9:00 to 12:00. We clear the ditch and mend the fence. Gloves are there, boots are not."),
                new("ines", "The water is turned off from 1 December. Please empty your hoses before, last year two of them burst."),
                new("petra", "The seed order goes out on Friday evening. Whatever is on the list by then is on it."),
            ]),
            new("plots-and-plants", "text", "What grows, what does not, and why",
            [
                new("sorin", "My leeks have rust, orange spots all over the outer leaves. Pull them or wait?"),
                new("petra", "Wait. Take off the worst leaves, not into the compost, and do not water from above. They look dreadful and taste fine.", 1),
                new("sorin", "You have saved a soup. Thanks!", 1),
                new("joon", "weigh-in this morning: 41 kg. the one by the path. I may need help and a sheet"),
                new("mairead", "FORTY-ONE", 1),
                new("tobias", "At what point does it start paying rent?", 2),
                new("adaeze", "Broad beans now or in February? The soil is still warm at my end."),
                new("petra", "Now, if you have a fleece for January. Mine from last autumn were three weeks ahead of the spring ones, and the blackfly came too late for them.", 1),
                new("wim", "Seconded. And mice love them, so put holly over the row.", 1),
                new("adaeze", "Holly! I would never have thought of that.", 1),
                new("mairead", "Does anyone want Jerusalem artichokes? I say that as a warning as much as an offer."),
                new("tobias", "We all remember the supper of 2023, Mairead.", 1),
            ]),
            new("tools", "text", "Who has what, and what is broken",
            [
                new("tobias", "The big shears are back from the grinder. They are *sharp*. Please do not cut wire with them again, whoever you are."),
                new("joon", "it was me and I have regretted it every day", 1),
                new("tobias", "Forgiven. The grinder laughed for a full minute.", 1),
                new("wim", "The mower starts on the third pull now. New plug, 6.40, receipt is in the tin."),
                new("ines", "Thank you Wim. I'll put it through this week.", 1),
                new("sorin", "Could we mark the forks? There are four, and each of them is somebody's favourite."),
                new("mairead", "Coloured tape. I have five colours and an evening without plans.", 1),
            ]),
        ]),
        new("Around it",
        [
            new("kitchen", "text", "What becomes of it all",
            [
                new("adaeze", "Green tomato chutney, since everyone has too many:\n1 kg tomatoes, 300 g onions, 250 g sugar, 300 ml vinegar, a thumb of ginger, chilli as you dare. An hour on low heat. Two weeks in the jar before you touch it."),
                new("wim", "Two weeks, she says. I lasted four days last year.", 1),
                new("adaeze", "And that is why you complained that it was sharp.", 1),
                new("petra", "Is anyone pressing apples this autumn? I have two crates that will not keep."),
                new("sorin", "My brother-in-law has the press until Sunday. Bring them on Saturday after the work morning?", 1),
                new("petra", "Perfect. I bring crates and bottles, you bring the brother-in-law.", 1),
            ]),
            new("off-topic", "text", "Anything that does not grow",
            [
                new("joon", "there is a heron on the weir again, same one I think, the grumpy one"),
                new("mairead", "That is Councillor Byrne. Show some respect.", 1),
                new("tobias", "Choir at the mill on Thursday, half past seven. We are short of altos and of people who can count."),
                new("ines", "I can count. I cannot sing. Do you negotiate?", 1),
                new("tobias", "At this point, yes.", 1),
                new("wim", "Train was forty minutes late, so I finished the crossword. First time since March. I mention it only because nobody at home cares."),
                new("petra", "We care, Wim. What was the last one?", 1),
                new("wim", "“Slow mover, five letters.” It was *snail*. I had *train*.", 1),
            ]),
            new("The bench by the pond", "voice", null, []),
        ]),
    ];
}
