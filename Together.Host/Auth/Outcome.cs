using System.Diagnostics.CodeAnalysis;
using Together.Protocol;

namespace Together.Host.Auth;

/// <summary>A value, or the code of the refusal. Either converts by itself, so that a method just returns one of them.</summary>
public readonly record struct Outcome<T>
{
    private Outcome(T? value, ErrorCode? refusal) => (Value, Refusal) = (value, refusal);

    public T? Value { get; }

    public ErrorCode? Refusal { get; }

    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out ErrorCode? refusal)
    {
        (value, refusal) = (Value, Refusal);
        return refusal is null;
    }

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(ErrorCode refusal) => new(default, refusal);
}
