// How long a step of a GPU's engine takes by its tokens: 32 layers of llama2-7b from Vidur's profiles (MIT), without attention.

export type Profile = readonly (readonly [tokens: number, ms: number])[];

// 32 · the sum of the operations' medians, the embedding once (microsoft/vidur 7d47513, compute/*/llama2-7b/mlp.csv, one worker)
export const PROFILES: Readonly<Record<string, Profile>> = {
  a100: [
    [1, 9.283],
    [2, 8.964],
    [4, 9.029],
    [8, 9.064],
    [16, 9.198],
    [32, 9.54],
    [48, 9.573],
    [64, 9.702],
    [96, 11.783],
    [128, 12.249],
    [192, 15.932],
    [256, 17.823],
    [384, 23.59],
    [512, 33.389],
    [768, 46.075],
    [1024, 67.997],
    [1264, 78.764],
    [1536, 99.069],
    [1792, 117.162],
    [2048, 133.582],
    [2560, 161.366],
    [3072, 197.087],
    [3584, 230.56],
    [4096, 260.154],
  ],
  h100: [
    [1, 5.602],
    [2, 5.475],
    [4, 5.508],
    [8, 5.511],
    [16, 5.804],
    [32, 5.795],
    [48, 5.86],
    [64, 5.86],
    [96, 7.301],
    [128, 6.374],
    [192, 7.415],
    [256, 9.161],
    [384, 11.052],
    [512, 12],
    [768, 18.839],
    [1024, 21.054],
    [1264, 26.853],
    [1536, 33.422],
    [1792, 37.3],
    [2048, 40.483],
    [2560, 52.954],
    [3072, 64.061],
    [3584, 75.385],
    [4096, 83.327],
  ],
};

/** Times of 0 … `most` tokens, ns: lines between the points, and the last line beyond. */
export function tableOf(profile: Profile, most: number): Float64Array {
  let at = 0;
  return Float64Array.from({ length: most + 1 }, (_, tokens) => {
    if (profile.length === 1 || tokens <= profile[0]![0]) return profile[0]![1] * 1e6;
    while (at + 2 < profile.length && profile[at + 1]![0] < tokens) at++;
    const [[n, ms], [nNext, msNext]] = [profile[at]!, profile[at + 1]!];
    return Math.max(0, ms + ((msNext - ms) * (tokens - n)) / (nNext - n)) * 1e6;
  });
}
