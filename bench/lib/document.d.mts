export function filled(text: string, sections: Readonly<Record<string, string>>): string
