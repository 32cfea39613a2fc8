//! What the documentation does not say and the sandbox had to decide: each guess with an id, which the answers that rest
//! on it carry in `X-Sandbox-Assumption`.

/// Name of the header field.
pub(super) const HEADER: &str = "x-sandbox-assumption";

/// One guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SandboxAssumption {
    /// What it is called.
    pub id: &'static str,
    /// What it is about: calls of the API, or deliveries.
    pub about: AssumptionScope,
    /// What the sandbox does.
    pub what: &'static str,
}

/// What a guess is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AssumptionScope {
    /// Answers of the API, which carry its id.
    Answers,
    /// The public page of a waitlist, which carries its id.
    Page,
    /// Deliveries, which carry nothing that the service's own do not have.
    Deliveries,
}

impl AssumptionScope {
    /// Its name for programs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Page => "page",
            Self::Deliveries => "deliveries",
        }
    }
}

macro_rules! assumptions {
    ($($id:literal $(as $name:ident)?, $about:ident, $what:literal;)*) => {
        $($(pub(super) const $name: &str = $id;)?)*

        /// Every guess.
        pub(crate) const ASSUMPTIONS: &[SandboxAssumption] = &[$(SandboxAssumption { id: $id, about: AssumptionScope::$about, what: $what },)*];
    };
}

assumptions! {
    "waitlists-body" as WAITLISTS_BODY, Answers, "the list of waitlists is {\"waitlists\":[…]}, each with id, name, slug and created_at";
    "signups-body" as SIGNUPS_BODY, Answers, "a page of sign-ups is {\"signups\":[…]}, each as when fetched alone, \
        from the front of the waitlist, without a total";
    "page-limit" as PAGE_LIMIT, Answers, "a limit above 1000 is treated as 1000";
    "page-numbers" as PAGE_NUMBERS, Answers, "a limit that is not a whole number from 1, or an offset that is not one from 0, is answered 400";
    "created-status" as CREATED_STATUS, Answers, "creating a sign-up or a subscription is answered 201";
    "deleted-answer" as DELETED_ANSWER, Answers, "removing a sign-up is answered 204, without a body";
    "unsubscribed-answer" as UNSUBSCRIBED_ANSWER, Answers, "removing a subscription is answered 200 {\"success\":true}";
    "waitlist-optional" as WAITLIST_OPTIONAL, Answers, "a subscription without waitlist_id is for every waitlist of the workspace";
    "invalid-body" as INVALID_BODY, Answers, "a body that is not a JSON object is answered 400 {\"error\":\"Invalid JSON body\"}";
    "invalid-field" as INVALID_FIELD, Answers, "a member of the wrong type, or an invalid e-mail address, is answered 400 with its name";
    "subscribe-fields" as SUBSCRIBE_FIELDS, Answers, "a subscription without a documented event_type, or without a target_url, is answered 400";
    "target-url" as TARGET_URL, Answers, "a target_url is https, or http on this machine; any other is answered 400";
    "allowed-target" as ALLOWED_TARGET, Answers, "with --allow-target an http target_url of that host or network is taken as well; \
        the service takes none";
    "metadata-merge" as METADATA_MERGE, Answers, "where metadata and customFields have a member of the same name, that of customFields is kept";
    "email-case" as EMAIL_CASE, Answers, "two e-mail addresses that differ only in upper and lower case are the same";
    "signup-not-found" as SIGNUP_NOT_FOUND, Answers, "an unknown sign-up is answered 404 {\"error\":\"Signup not found\"}";
    "subscription-not-found" as SUBSCRIPTION_NOT_FOUND, Answers, "an unknown subscription is answered 404 {\"error\":\"Subscription not found\"}";
    "path-not-found" as PATH_NOT_FOUND, Answers, "an unknown path is answered 404 {\"error\":\"Not found\"}, before the key is checked";
    "method-not-allowed" as METHOD_NOT_ALLOWED, Answers, "a method that a path does not have is answered 405 with Allow, before the key is checked";
    "body-limits" as BODY_LIMITS, Answers, "a body above 1 MiB is answered 413, one that takes longer than 10 s 408";
    "rate-window" as RATE_WINDOW, Answers, "the limit is per hour of the clock; calls with a valid key count, refused ones included";
    "uncounted-limits" as UNCOUNTED_LIMITS, Answers, "answers to a missing or wrong key, and on the free plan, carry \
        limits as well; those calls are not counted";
    "referral" as REFERRAL, Page, "a sign-up with ?ref=CODE moves the referrer up five places, and everybody passed down one";
    "public-page" as PUBLIC_PAGE, Page, "a waitlist's page is /w/SLUG: a form for people, and POST with JSON for programs, without a key";
    "shifts-are-told", Deliveries, "everyone whose position shifts gets a signup.position_changed, after the event that moved them";
    "timestamp-kept", Deliveries, "a retry has the same bytes, timestamp included";
    "retry-from", Deliveries, "a delay counts from the scheduled start of the attempt before it, or with --retry-from first from that of the first";
    "plain-failures", Deliveries, "a redirect, 410, 429 and Retry-After are plain failures: never followed, never special";
    "attempt-budget", Deliveries, "the five seconds of an attempt cover connect, send, head and body of the answer";
    "order", Deliveries, "the events of one sign-up go to one URL one after the other; a failed one does not hold up the next";
    "unsubscribe-cancels", Deliveries, "removing a subscription cancels its pending deliveries";
    "late-attempts", Deliveries, "deliveries that came due while the sandbox was not running are due when it starts";
    "signature", Deliveries, "deliveries are signed with the secret of this profile, as announced; --unsigned sends them as the service does today";
}
