//! Titles of our own with the kind that a reader would give them. No rule was taken from a title here: where
//! one fails, the question is which words gave it away to the reader.

use super::*;
use Kind::{
    Advisory, Announcement, Article, DeepDive, Deprecation, Event, Incident, Introduction, Job, Listicle, Opinion,
    Practice, Release, Research, Sponsored, Tutorial,
};

const TITLES: &[(Kind, &str)] = &[
    (Release, "Ferrow 4.0 released"),
    (Release, "Announcing Ferrow 1.95.0"),
    (Release, "v2.13.4-rc.1"),
    (Release, "ferrow-cli v0.9.2"),
    (Release, "What’s new in Lumen 3.14"),
    (Release, "Lumen 18 Beta 2 Released!"),
    (Release, "Kestrel 6.1 is out with a faster parser"),
    (Release, "Release notes for the November update"),
    (Advisory, "CVE-2026-31337: path traversal in ferrow-http"),
    (Advisory, "Lumen 16.5, 15.9 and 14.14 fix three security issues (CVE-2026-20011)"),
    (Advisory, "Security advisory for the Kestrel package manager"),
    (Advisory, "Critical flaw in a popular router firmware"),
    (Advisory, "Zero-day in Kestrel Mail, patch now"),
    (Advisory, "Vulnerability in libferrow allows reading beyond a buffer"),
    (Advisory, "41 packages on Northhub carry a zero-day dropper"),
    (Advisory, "GO-2026-4102: unbounded memory in lumen/mux"),
    (Advisory, "PYSEC-2026-77 (kestrel)"),
    (Advisory, "JVNDB-2026-003121 Northwind gateway"),
    (Advisory, "Lumen Proxy 3.2 fixes request smuggling behind load balancers"),
    (Advisory, "Kestrel closes a sandbox hole in its template engine"),
    (Advisory, "Northwind patches SSRF in its importer"),
    (Advisory, "New ferrow-yaml fixes heap overflow"),
    (Advisory, "DSA-5901-1 kestrel security update"),
    (Incident, "Postmortem: four hours without DNS"),
    (Incident, "Incident report for 12 November"),
    (Incident, "What happened during Tuesday’s outage"),
    (Incident, "Northwind confirms data breach of its ticket system"),
    (Incident, "Post-mortem of Tuesday’s queue failure"),
    (Incident, "Postmortem: an outage of our own making"),
    (Incident, "A major outage at Northwind"),
    (Incident, "Resolved: incident update for the mail cluster"),
    (Incident, "Northwind goes dark across two continents"),
    (Incident, "Kestrel Hub unreachable after a routing change"),
    (Incident, "A whole registrar vanished from the internet"),
    (Incident, "Payments were down for nearly six hours"),
    (Incident, "How we deleted our production database"),
    (Deprecation, "Kestrel 3 reaches end of life on 1 March 2027"),
    (Deprecation, "Deprecating the v1 API"),
    (Deprecation, "Northwind is shutting down its free tier"),
    (Deprecation, "Lumen drops support for 32-bit systems"),
    (Deprecation, "The legacy console will be removed in March 2027"),
    (Deprecation, "Support for Ferrow 2 ends on June 30"),
    (Deprecation, "Kestrel 3 maintenance ends on 1 March 2027"),
    (Deprecation, "Free builds will end on 28 November 2026"),
    (Deprecation, "Password logins will be disabled on 1 June"),
    (Deprecation, "The old uploader is switched off on March 3rd"),
    (Deprecation, "Deprecation notice: Kestrel runner images"),
    (Deprecation, "TLS 1.0 and 1.1 support ended yesterday"),
    (Deprecation, "Support for Ferrow 2.7 has now ended"),
    (Deprecation, "We no longer accept TLS 1.1"),
    (Deprecation, "Deprecations in Lumen 19"),
    (Deprecation, "Northwind API: deprecation of basic auth"),
    (DeepDive, "Under the hood of a query planner"),
    (DeepDive, "How the borrow checker works"),
    (DeepDive, "Kestrel internals: the write-ahead log"),
    (DeepDive, "How we cut our build times by 40%"),
    (DeepDive, "Anatomy of CVE-2026-31337"),
    (DeepDive, "A deep dive into timer wheels"),
    (Research, "An empirical study of merge conflicts in 900 projects"),
    (Research, "Researchers show that compilers disagree about overflow"),
    (Research, "Sparse caches for long contexts [pdf]"),
    (Practice, "Code review without the friction"),
    (Practice, "Migrating 400 services to gRPC: what we’d do differently"),
    (Practice, "Moving house with Kestrel: what I would have done differently"),
    (Practice, "What an incident review is for"),
    (Practice, "Your next post-mortem deserves an editor"),
    (Practice, "Incident reports are written for strangers"),
    (Practice, "What to check in code review before a merge"),
    (Practice, "On-call at a start-up of nine"),
    (Practice, "What to do about flaky tests"),
    (Practice, "On-call that lets people sleep"),
    (Practice, "Paying down technical debt in small coins"),
    (Practice, "Writing a blameless postmortem that people read"),
    (Practice, "Property-based testing found what we missed"),
    (Practice, "Lessons learned from two years of feature flags"),
    (Introduction, "A gentle introduction to consensus"),
    (Introduction, "Public keys explained"),
    (Introduction, "Getting started with Ferrow 4.0"),
    (Introduction, "Networking 101"),
    (Introduction, "Floating point from first principles"),
    (Introduction, "What is a bloom filter?"),
    (Introduction, "A beginner’s guide to reading flame graphs"),
    (Tutorial, "How to profile a slow query"),
    (Tutorial, "Building a chat server with Ferrow"),
    (Tutorial, "Backups, step by step"),
    (Tutorial, "Write your own shell"),
    (Opinion, "Why I stopped using an ORM"),
    (Opinion, "Microservices considered harmful"),
    (Opinion, "The case for boring technology"),
    (Opinion, "You probably don't need a message queue"),
    (Announcement, "Introducing Kestrel Cloud"),
    (Announcement, "Northwind open-sources its scheduler"),
    (Announcement, "Northwind acquires Lumen Labs"),
    (Announcement, "Edge functions are now generally available"),
    (Job, "We’re hiring a database engineer"),
    (Job, "Ask HN: Who is hiring? (November 2026)"),
    (Job, "Northwind (YC S21) is hiring senior engineers"),
    (Job, "Job: Site reliability engineer (m/f/d), Ghent"),
    (Job, "Kestrel is hiring"),
    (Sponsored, "[Sponsored] The observability platform that scales"),
    (Sponsored, "Sponsored: ship faster with Northwind"),
    (Sponsored, "Get 40% off the Kestrel Pro plan this week"),
    (Sponsored, "Northwind coupon codes for November"),
    (Sponsored, "Black Friday laptop deals that are still live"),
    (Listicle, "10 tips for faster builds"),
    (Listicle, "9 things I use every day"),
    (Listicle, "7 mistakes that you make when reviewing"),
    (Listicle, "12 questions to ask before you adopt a framework"),
    (Listicle, "The 9 most common mistakes in package manifests"),
    (Listicle, "15 command-line tools worth knowing"),
    (Listicle, "6 reasons your plugins are slow"),
    (Listicle, "Top 7 editors of the year"),
    (Listicle, "5 things every manager should stop saying"),
    (Listicle, "The best ergonomic keyboards for 2026"),
    (Event, "Call for proposals: FerrowConf 2027"),
    (Event, "Join us at KestrelCon in Lyon"),
    (Event, "Registration is now open for Lumen Days"),
    (Article, "The keyboard that outlived its company"),
    (Article, "What happened to Lumen?"),
    (Article, "Twenty years of the same spreadsheet"),
    (Article, "A sunset over the data centre"),
    (Article, "Notes from a winter with a wood stove"),
    (Article, "A city replaces its parking meters"),
];

fn kind(title: &str) -> Kind {
    kind_of(title, &[], "", Role::Community)
}

#[test]
fn titles_say_what_they_are() {
    let wrong: Vec<String> = TITLES
        .iter()
        .filter(|(expected, title)| kind(title) != *expected)
        .map(|(expected, title)| format!("{title}: {} instead of {}", kind(title).as_str(), expected.as_str()))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), TITLES.len(), wrong.join("\n"));
}

#[test]
fn what_looks_alike_and_is_not() {
    for (title, not) in [
        ("Why is hiring so slow", Job),
        ("Ad blockers and Manifest V3", Release),
        ("Life after Web 2.0", Release),
        ("We shaved 30% off our build times", Sponsored),
        ("Upgrading to Lumen 8.0: lessons from a year", Release),
        ("FBI shutting down a botnet of routers", Deprecation),
        ("Highlights from FerrowConf, tickets and all", Event),
        ("The minister explained why", Introduction),
        ("What is going on?", Introduction),
        ("How to write a deprecation policy", Deprecation),
        ("Preventing outages with better defaults", Incident),
        ("How we found CVE-2026-31337", Advisory),
        ("41 copycat packages on Northhub", Listicle),
        ("5 things that broke when we moved to ARM", Listicle),
        ("7 mistakes we made with our first queue", Listicle),
        ("Upgrading a thousand nodes to Ferrow 4: how we did it", Tutorial),
        ("230 browser extensions infected over a year", Listicle),
        ("18 malicious tools posed as installers", Listicle),
        ("12 apps sold their users' habits", Listicle),
        ("9 libraries leave the Lumen foundation", Listicle),
        ("Top 15 vulnerabilities exploited in 2026", Listicle),
        ("Deprecation budgets for small teams", Deprecation),
        ("The deprecation process, a year on", Deprecation),
        ("Voting ends on 1 March 2027", Deprecation),
        ("The final ballot on Profile 12 closes on 15 November", Deprecation),
        ("FerrowConf ends on 3 May", Deprecation),
        ("Can we ever fix prompt injection?", Advisory),
        ("Fix SQL injection with prepared statements", Advisory),
        ("Lumen 4 fixes dependency injection in tests", Advisory),
        ("The parser fixes its escape sequences", Advisory),
        ("Every outage is a conversation", Incident),
        ("A post-mortem nobody dreads", Incident),
        ("How incident reports get written", Incident),
        ("Reading your vendor's outage page", Incident),
        ("The docs site goes dark mode", Incident),
        ("Unreachable code and what it costs", Incident),
        ("Two code review start-ups merge", Practice),
        ("A testing start-up finds its first customers", Practice),
        ("Kestrel buys a continuous integration service", Practice),
    ] {
        assert_ne!(kind(title), not, "{title}");
    }
}

#[test]
fn practice_is_told_by_those_who_practise() {
    let title = "Code review by machine is fine";
    for (role, kind) in [
        (Role::Primary, Practice),
        (Role::Community, Practice),
        (Role::Aggregator, Practice),
        (Role::Press, Article),
        (Role::Vendor, Article),
        (Role::Database, Article),
    ] {
        assert_eq!(kind_of(title, &[], "", role), kind, "{role:?}");
    }
}

#[test]
fn source_tags_and_opening_speak_too() {
    let tags = |tag: &str| vec![tag.to_owned()];
    assert_eq!(kind_of("Seeing further", &tags("Sponsored Post"), "", Role::Press), Sponsored);
    assert_eq!(kind_of("Seeing further", &[], "Sponsored by Northwind. See further.", Role::Press), Sponsored);
    assert_eq!(kind_of("Webinar: seeing further", &[], "", Role::Vendor), Sponsored);
    assert_eq!(kind_of("Webinar: seeing further", &[], "", Role::Community), Event);
    assert_eq!(kind_of("Seeing further", &tags("cs.LG"), "", Role::Database), Research);
    assert_eq!(kind_of("LMN-2026-0042 in lumen-core", &[], "", Role::Database), Advisory);
    assert_eq!(kind_of("LMN-2026-0042 in lumen-core", &[], "", Role::Press), Article);
    assert_eq!(kind_of("TLS 1.1", &[], "We no longer accept it since 25 November 2026.", Role::Primary), Deprecation);
    for about in ["careers", "hiring"] {
        assert_eq!(kind_of("The long way to staff engineer", &tags(about), "", Role::Community), Article);
    }
    assert_eq!(kind_of("Kestrel 6.1: faster, smaller", &[], "", Role::Primary), Release);
    assert_eq!(kind_of("Seeing further", &tags("release-notes"), "", Role::Primary), Release);
}

#[test]
fn what_an_offer_or_a_gathering_has_to_do_with_it() {
    let of = |opening: &str| kind_of("Seeing further", &[], opening, Role::Community);
    for news in [
        "Northwind ends its free trial in March.",
        "Northwind still offers a 30-day free trial, but its licence is not open any more.",
        "Our promo code service handed out 40 vouchers twice. The cause was a race.",
        "RSVP reserves resources across a network.",
        "Join us on a tour of hash joins.",
        "Don't miss out! Join us at our next conference. This talk looks at leaders.",
    ] {
        assert!(!matches!(of(news), Sponsored | Event), "{news}");
    }
    assert_eq!(of("Start your free 30-day trial."), Sponsored);
    assert_eq!(of("Use the promo code NORTH20 for a month."), Sponsored);
    assert_eq!(of("Join us for an evening on leaders in Lyon."), Event);
    assert_eq!(of("RSVP by Friday."), Event);
    assert_eq!(
        kind_of("Ferrow 1.40 released", &[], "It plans. Join us at FerrowConf to hear more.", Role::Primary),
        Release
    );
}

#[test]
fn an_advertisement_is_labelled_and_a_sponsors_line_is_not_one() {
    let of = |title: &str, opening: &str, role| kind_of(title, &[], opening, role);
    for label in [
        "Sponsored post. See further.",
        "This post is sponsored by Northwind and written by Ann Lind.",
        "Advertisement. See further.",
        "In partnership with Northwind. See further.",
    ] {
        assert_eq!(of("Seeing further", label, Role::Community), Sponsored, "{label}");
    }
    for line in [
        "Thanks to our sponsor Northwind for supporting this blog. Leaders are elected by a majority.",
        "Leaders are elected by a majority. Thanks to Northwind for sponsoring this newsletter.",
        "Sponsored by Northwind. Also: why leaders are elected by a majority.",
        "Brought to you by Northwind. Leaders are elected by a majority.",
        "We moved our partners to a cluster whose leaders are elected by a majority.",
    ] {
        assert_ne!(of("A leader for the cluster", line, Role::Community), Sponsored, "{line}");
    }
    assert_ne!(of("The Lookout #141: leaders", "Sponsored by Northwind. Also: planners.", Role::Press), Sponsored);
}
