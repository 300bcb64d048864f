// Figures in the sentences and tables of experiments.

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export const times = (factor: number): string => `${factor.toFixed(2)}x`;
