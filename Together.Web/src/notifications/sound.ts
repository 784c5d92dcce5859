let context: AudioContext | null = null;

/** Two soft tones within a fifth of a second. Silent until the page was pressed once: browsers want it so. */
export function blip(): void {
  try {
    context ??= new AudioContext();
    const { currentTime } = context;
    if (context.state === 'suspended') void context.resume().catch(() => {});
    tone(context, 660, currentTime);
    tone(context, 880, currentTime + 0.09);
  } catch {
    // No sound on this device.
  }
}

/** @param hertz and @param at in seconds of the context */
function tone(audio: AudioContext, hertz: number, at: number): void {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.06, at + 0.012);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.12);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.13);
}
