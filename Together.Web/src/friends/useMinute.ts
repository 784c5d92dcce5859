import { useEffect, useState } from 'react';

/** The time of the minute, in milliseconds since 1970; drawn again with each one. */
export function useMinute(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
