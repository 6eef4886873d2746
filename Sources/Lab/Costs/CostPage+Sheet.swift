extension CostPage {
    /// Colors for light and dark; a cell's `--heat` mixes the good one with the bad one.
    static let sheet = """
        :root { color-scheme: light dark; --text: #1c2024; --page: #ffffff; --line: #d5dae0; --good: #d8f0dd;
          --bad: #f4b8ac; --warn: #9a3412; --c0: #1f6feb; --c1: #c2410c; --c2: #15803d; --c3: #7c3aed; --c4: #be185d;
          --c5: #0e7490; --c6: #a16207; --c7: #475569; }
        @media (prefers-color-scheme: dark) {
          :root { --text: #e6e8ea; --page: #14171a; --line: #3a4149; --good: #16402a; --bad: #7c2d22; --warn: #fdba74;
            --c0: #79b0ff; --c1: #fb923c; --c2: #4ade80; --c3: #c4a5ff; --c4: #f472b6; --c5: #22d3ee; --c6: #facc15;
            --c7: #cbd5e1; } }
        body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 60rem;
          margin: 2rem auto; padding: 0 1rem; }
        section, details { overflow-x: auto; }
        .matrices { display: flex; flex-wrap: wrap; gap: 0 2.5rem; }
        .matrices section { max-width: 100%; }
        h2 { font-size: 1.2rem; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .5rem 0; }
        th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: right; }
        th { font-weight: 600; }
        .heat td { background: color-mix(in oklab, var(--bad) var(--heat, 0%), var(--good)); min-width: 4rem; }
        .heat td.none { background: none; }
        .bad { color: var(--warn); }
        .note { font-size: .875rem; }
        figure { margin: 0; }
        figcaption { display: none; }
        svg { width: 100%; height: auto; fill: currentColor; font-size: 12px; }
        .grid { stroke: var(--line); }
        .line { fill: none; stroke: var(--c); stroke-width: 2; }
        .dot { fill: var(--c); }
        .c0 { --c: var(--c0); } .c1 { --c: var(--c1); } .c2 { --c: var(--c2); } .c3 { --c: var(--c3); }
        .c4 { --c: var(--c4); } .c5 { --c: var(--c5); } .c6 { --c: var(--c6); } .c7 { --c: var(--c7); }
        .legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
        .legend li::before { content: "●"; color: var(--c); margin-right: .4rem; }

        """
}
