using Microsoft.AspNetCore.Http.Features;

namespace Qmtl.Console.Security.Edge;

/// <summary>How large what a browser or a program sends may be, but for bodies of requests: those are <c>Limits:BodyBytes</c> and <c>Limits:DagBytes</c>.</summary>
public static class MessageLimits
{
    /// <summary>One message of a page to its circuit. A page sends clicks and typed text; a larger text goes by HTTP.</summary>
    public const int CircuitMessageBytes = 64 * 1024;

    /// <summary>One message to a hub: a filter is small, and nothing else is sent.</summary>
    public const int HubMessageBytes = 64 * 1024;

    /// <summary>Fields of a form. The largest of ours has fewer than ten.</summary>
    public const int FormFields = 64;

    /// <summary>Characters of a field's name.</summary>
    public const int FormNameLength = 256;

    /// <summary>Characters of a field. An antiforgery token has a few hundred.</summary>
    public const int FormValueLength = 16 * 1024;

    /// <summary>A form with parts, all of it. No page uploads a file in a form.</summary>
    public const int MultipartBytes = 64 * 1024;

    public static IServiceCollection AddMessageLimits(this IServiceCollection services) => services.Configure<FormOptions>(form =>
    {
        form.ValueCountLimit = FormFields;
        form.KeyLengthLimit = FormNameLength;
        form.ValueLengthLimit = FormValueLength;
        form.MultipartBodyLengthLimit = MultipartBytes;
        form.BufferBodyLengthLimit = FormFields * FormValueLength;
    });
}
