/** Something fetched: its value, its problem, and how to fetch it again. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../api/problem";
import { useLive } from "../live/socket";

export interface Resource<T> {
  data: T | null;
  problem: Problem | null;
  reload: () => void;
  set: (change: (data: T) => T) => void;
}

/** Fetch when shown, when `key` changes, and after the live link was lost and found. */
export function useResource<T>(key: string, fetcher: () => Promise<T>): Resource<T> {
  const [data, setData] = useState<T | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const latest = useRef(fetcher);
  latest.current = fetcher;
  const turn = useRef(0);

  const reload = useCallback(() => {
    const mine = ++turn.current;
    latest.current().then(
      (value) => {
        if (mine !== turn.current) return; // a newer question is out; this answer is stale
        setData(value);
        setProblem(null);
      },
      (error: unknown) => {
        if (mine !== turn.current) return;
        setProblem(error instanceof Problem ? error : new Problem(-1, "unexpected", ""));
      },
    );
  }, []);

  useEffect(() => {
    setData(null);
    reload();
    const stop = turn;
    return () => {
      stop.current++;
    };
  }, [key, reload]);
  useLive("link.resumed", reload);

  const set = useCallback((change: (data: T) => T) => {
    setData((current) => (current === null ? current : change(current)));
  }, []);
  return { data, problem, reload, set };
}
