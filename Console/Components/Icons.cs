using System.Collections.Frozen;

namespace Qmtl.Console.Components;

/// <summary>The console's own icons: strokes on a grid of 16 by 16.</summary>
public static class Icons
{
    private static readonly FrozenDictionary<string, string> Drawings = new Dictionary<string, string>
    {
        // Pages
        ["overview"] = """<path d="M2.5 2.5h4.5v6h-4.5zM9 2.5h4.5v3.5h-4.5zM9 8h4.5v5.5h-4.5zM2.5 10.5h4.5v3h-4.5z"/>""",
        ["strategies"] = """<circle cx="3.5" cy="4" r="1.7"/><circle cx="3.5" cy="12" r="1.7"/><circle cx="12.5" cy="8" r="1.7"/><path d="M5.2 4c3 0 2.5 4 5.6 4M5.2 12c3 0 2.5-4 5.6-4"/>""",
        ["dry-run"] = """<path d="M6 2h4M6.7 2v4.3L3 12.5c-.4.8.1 1.5 1 1.5h8c.9 0 1.4-.7 1-1.5L9.3 6.3V2M4.8 10h6.4"/>""",
        ["queues"] = """<path d="M2.5 4.5 8 2l5.5 2.5L8 7zM2.5 8 8 10.5 13.5 8M2.5 11.5 8 14l5.5-2.5"/>""",
        ["graph"] = """<circle cx="8" cy="3.2" r="1.6"/><circle cx="3.2" cy="12.5" r="1.6"/><circle cx="12.8" cy="12.5" r="1.6"/><path d="M7.2 4.7 4 11M8.8 4.7 12 11M4.8 12.5h6.4"/>""",
        ["worlds"] = """<circle cx="8" cy="8" r="5.7"/><path d="M2.3 8h11.4M8 2.3c-4 3.5-4 7.9 0 11.4M8 2.3c4 3.5 4 7.9 0 11.4"/>""",
        ["sentinels"] = """<path d="M8 2 13 3.8v4C13 11 11 13 8 14.2 5 13 3 11 3 7.8v-4zM5.7 8l1.7 1.7 3-3.2"/>""",
        ["dead-letters"] = """<path d="M2 4h12v8.5H2zM2.3 4.3 8 8.7l5.7-4.4"/>""",
        ["live"] = """<path d="M1.5 8.5h3L6.3 3l3.2 10 2-4.5h3"/>""",
        ["job-queues"] = """<path d="M2.5 3.5h11M2.5 8h11M2.5 12.5h7"/>""",
        ["schema"] = """<path d="M2.5 2.5h11v11h-11zM2.5 6.2h11M6.5 6.2v7.3"/>""",
        ["plans"] = """<path d="M2.5 4 3.7 5.2 5.8 2.8M8 4h5.5M2.5 9l1.2 1.2L5.8 7.8M8 9h5.5M8 13h5.5"/>""",
        ["jobs"] = """<path d="M3 13.5V8M8 13.5v-11M13 13.5V6"/>""",
        ["audit"] = """<path d="M3.5 2h9v12h-9zM6 5.5h4M6 8h4M6 10.5h2.5"/>""",
        ["access"] = """<circle cx="5.2" cy="10.8" r="2.7"/><path d="m7.2 8.8 6-6M11 5l2 2"/>""",
        ["health"] = """<path d="M8 13.5C4.5 11 2 8.8 2 5.9 2 4 3.4 2.7 5 2.7c1.3 0 2.4.8 3 2 .6-1.2 1.7-2 3-2 1.6 0 3 1.3 3 3.2 0 2.9-2.5 5.1-6 7.6z"/>""",

        // States
        ["ok"] = """<circle cx="8" cy="8" r="5.7"/><path d="m5.3 8.2 1.9 1.9 3.5-4"/>""",
        ["attention"] = """<path d="M8 2.3 14.3 13.3H1.7zM8 6.5v3.2M8 11.5v.1"/>""",
        ["broken"] = """<path d="M5.6 2.3h4.8l3.3 3.3v4.8l-3.3 3.3H5.6l-3.3-3.3V5.6zM6 6l4 4M10 6l-4 4"/>""",
        ["unknown"] = """<circle cx="8" cy="8" r="5.7" stroke-dasharray="2.2 1.9"/><path d="M6.4 6.4c.1-2 3.3-1.9 3.2 0 0 1.2-1.6 1.3-1.6 2.5M8 10.9v.1"/>""",
        ["not-configured"] = """<circle cx="8" cy="8" r="5.7" stroke-dasharray="2.2 1.9"/><path d="M5.5 8h5"/>""",
        ["not-in-this-version"] = """<circle cx="8" cy="8" r="5.7" stroke-dasharray="2.2 1.9"/><path d="M8 5v3.2l2 1.3"/>""",
        ["queued"] = """<circle cx="8" cy="8" r="5.7"/><path d="M8 4.7V8l2.2 1.5"/>""",
        ["processing"] = """<path d="M13.5 8A5.5 5.5 0 1 1 10.3 3M10 1.2 10.5 3.1 8.6 3.9"/>""",
        ["completed"] = """<circle cx="8" cy="8" r="5.7"/><path d="m5.3 8.2 1.9 1.9 3.5-4"/>""",
        ["failed"] = """<path d="M5.6 2.3h4.8l3.3 3.3v4.8l-3.3 3.3H5.6l-3.3-3.3V5.6zM6 6l4 4M10 6l-4 4"/>""",

        // Actions and signs
        ["search"] = """<circle cx="7" cy="7" r="4.3"/><path d="m10.2 10.2 3.6 3.6"/>""",
        ["command"] = """<path d="m3 4.5 3.5 3.5L3 11.5M8 12h5"/>""",
        ["copy"] = """<path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3"/>""",
        ["check"] = """<path d="m3 8.5 3.3 3.3L13 4.5"/>""",
        ["close"] = """<path d="m4 4 8 8M12 4l-8 8"/>""",
        ["plus"] = """<path d="M8 3v10M3 8h10"/>""",
        ["minus"] = """<path d="M3 8h10"/>""",
        ["chevron-right"] = """<path d="m6 3.5 4.5 4.5L6 12.5"/>""",
        ["chevron-left"] = """<path d="M10 3.5 5.5 8l4.5 4.5"/>""",
        ["chevron-down"] = """<path d="M3.5 6 8 10.5 12.5 6"/>""",
        ["chevron-up"] = """<path d="M3.5 10 8 5.5l4.5 4.5"/>""",
        ["sort-up"] = """<path d="M8 13V3.5M4.5 7 8 3.5 11.5 7"/>""",
        ["sort-down"] = """<path d="M8 3v9.5M4.5 9 8 12.5 11.5 9"/>""",
        ["sun"] = """<circle cx="8" cy="8" r="2.8"/><path d="M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9"/>""",
        ["moon"] = """<path d="M13.3 9.6A5.7 5.7 0 0 1 6.4 2.7a5.7 5.7 0 1 0 6.9 6.9z"/>""",
        ["screen"] = """<path d="M2 3h12v8H2zM6 13.5h4M8 11v2.5"/>""",
        ["help"] = """<circle cx="8" cy="8" r="5.7"/><path d="M6.4 6.4c.1-2 3.3-1.9 3.2 0 0 1.2-1.6 1.3-1.6 2.5M8 10.9v.1"/>""",
        ["keyboard"] = """<path d="M1.7 4h12.6v8H1.7zM4.3 6.7h.1M7 6.7h.1M9.7 6.7h.1M4.7 9.4h6.6M12 6.7h.1"/>""",
        ["columns"] = """<path d="M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10"/>""",
        ["density"] = """<path d="M2.5 3h11M2.5 6.3h11M2.5 9.7h11M2.5 13h11"/>""",
        ["more"] = """<path d="M3.5 8h.1M8 8h.1M12.5 8h.1" stroke-width="2.2"/>""",
        ["refresh"] = """<path d="M13 3v3.5H9.5M13 6.5A5.4 5.4 0 1 0 13.3 9.5"/>""",
        ["link"] = """<path d="M6.7 9.3a2.6 2.6 0 0 0 3.7 0l2.3-2.3A2.6 2.6 0 0 0 9 3.3l-.8.8M9.3 6.7a2.6 2.6 0 0 0-3.7 0L3.3 9A2.6 2.6 0 0 0 7 12.7l.8-.8"/>""",
        ["download"] = """<path d="M8 2.5v7.5M4.7 7 8 10.3 11.3 7M2.5 13.5h11"/>""",
        ["upload"] = """<path d="M8 10.5V3M4.7 6 8 2.7 11.3 6M2.5 13.5h11"/>""",
        ["file"] = """<path d="M4 2h5l3.5 3.5V14H4zM9 2v3.5h3.5"/>""",
        ["play"] = """<path d="M4.5 2.8 12.5 8l-8 5.2z"/>""",
        ["history"] = """<path d="M2.8 8A5.3 5.3 0 1 0 4.5 4.1L2.7 5.8M2.7 2.7v3.1h3.1M8 5.2V8l2 1.3"/>""",
        ["clock"] = """<circle cx="8" cy="8" r="5.7"/><path d="M8 4.7V8l2.2 1.5"/>""",
        ["filter"] = """<path d="M2 3.5h12L9.5 8.7v4.5l-3-1.5v-3z"/>""",
        ["node"] = """<path d="M1.5 5h13v6h-13zM4.5 5v6"/>""",
        ["tag"] = """<path d="M2.5 2.5h5l6 6-5 5-6-6zM5.3 5.3h.1"/>""",
        ["fit"] = """<path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10"/>""",
        ["compare"] = """<path d="M2.5 3h4v10h-4zM9.5 3h4v10h-4zM6.5 8h3"/>""",
        ["table"] = """<path d="M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.7h11M6.2 3v10"/>""",
        ["direction"] = """<path d="M2.5 8h10.5M9.5 4.5 13 8l-3.5 3.5"/>""",
        ["external"] = """<path d="M6 3H3v10h10v-3M9 2.7h4.3V7M13 3 7.5 8.5"/>""",
        ["user"] = """<circle cx="8" cy="5.2" r="2.7"/><path d="M2.8 13.5c.5-3 2.4-4.6 5.2-4.6s4.7 1.6 5.2 4.6"/>""",
        ["sign-out"] = """<path d="M6.5 2.5h-4v11h4M6 8h8M11 5l3 3-3 3"/>""",
        ["info"] = """<circle cx="8" cy="8" r="5.7"/><path d="M8 7.3v3.7M8 5v.1"/>""",
    }.ToFrozenDictionary();

    /// <summary>All names.</summary>
    public static IEnumerable<string> Names => Drawings.Keys;

    /// <summary>The drawing's SVG content.</summary>
    /// <exception cref="ArgumentException">There is no icon of this name.</exception>
    public static string Drawing(string name) => Drawings.TryGetValue(name, out var drawing)
        ? drawing
        : throw new ArgumentException($"There is no icon named '{name}'.", nameof(name));
}
