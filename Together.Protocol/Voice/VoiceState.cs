namespace Together.Protocol.Voice;

/// <param name="ChannelId">Null in the last state of somebody who left.</param>
public sealed record VoiceState(
    UserId UserId, ServerId ServerId, ChannelId? ChannelId, bool SelfMute, bool SelfDeaf, bool ServerMute, bool ServerDeaf, DateTimeOffset JoinedAt);
