export function sampler(distribution: 'uniform' | 'zipf', count: number, random?: () => number): () => number
