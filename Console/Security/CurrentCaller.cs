using Qmtl.Console.Security.Sessions;
using Qmtl.Operations.ReadOnly;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security;

/// <summary>Who is behind this circuit, page or request: see <see cref="ICurrentCaller"/>.</summary>
internal sealed class CurrentCaller : ICurrentCaller, IDisposable
{
    private readonly CallerState _state;
    private readonly IHttpContextAccessor _http;
    private readonly IAuthorizer _authorizer;
    private readonly ISessionLiveness _sessions;
    private readonly IReadOnlySwitch _readOnly;
    private Action? _changed;

    public CurrentCaller(CallerState state, IHttpContextAccessor http, IAuthorizer authorizer, ISessionLiveness sessions, IReadOnlySwitch readOnly)
    {
        (_state, _http, _authorizer, _sessions, _readOnly) = (state, http, authorizer, sessions, readOnly);
    }

    public Caller Caller
    {
        get
        {
            // A circuit whose connection now belongs to somebody else acts for nobody.
            if (_state.IsForeign) return CallerPrincipal.Nobody;

            // A circuit lives long: each thing that it does is joined by an id of its own.
            if (_state.Caller is { } circuit) return circuit with { CorrelationId = Correlation.New() };
            return _http.HttpContext?.User.FindCaller() ?? CallerPrincipal.Nobody;
        }
    }

    public AccessDecision May(string permission, string? scope = null) =>
        _authorizer.Decide(_state.IsForeign ? CallerPrincipal.Nobody : _state.Caller ?? Caller, permission, scope);

    public event Action Changed
    {
        add
        {
            if (_changed is null) Listen();
            _changed += value;
        }

        remove => _changed -= value;
    }

    public void Dispose()
    {
        _sessions.Ended -= OnEnded;
        _sessions.RightsChanged -= OnRightsChanged;
        _state.BecameForeign -= Raise;
        _readOnly.Changed -= Raise;
    }

    private void Listen()
    {
        Dispose();
        _sessions.Ended += OnEnded;
        _sessions.RightsChanged += OnRightsChanged;
        _state.BecameForeign += Raise;
        _readOnly.Changed += Raise;
    }

    private void OnEnded(SessionEnd end)
    {
        if (end.SessionId == _state.Caller?.SessionId) Raise();
    }

    private void OnRightsChanged(string sessionId)
    {
        if (sessionId.Length == 0 || sessionId == _state.Caller?.SessionId) Raise();
    }

    private void Raise() => _changed?.Invoke();
}
