import { useEffect, useState } from "preact/hooks";

const PAUSE_MS = 300;

/** A value once it has stood still for a moment: nobody asks for each letter that is typed. */
export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
