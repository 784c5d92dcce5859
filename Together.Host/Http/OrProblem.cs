using System.Diagnostics.CodeAnalysis;

namespace Together.Host.Http;

/// <summary>What was asked for, or the refusal to answer.</summary>
public readonly struct OrProblem<T> where T : class
{
    private readonly T? _value;
    private readonly Problem? _problem;

    internal OrProblem(T value) => _value = value;

    internal OrProblem(Problem problem) => _problem = problem;

    public static implicit operator OrProblem<T>(T value) => new(value);

    public static implicit operator OrProblem<T>(Problem problem) => new(problem);

    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Problem? problem)
    {
        (value, problem) = (_value, _problem);
        return value is not null;
    }
}
