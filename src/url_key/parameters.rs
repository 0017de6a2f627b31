//! Parameters that say where a reader came from, or how a page is served, and not which page it is.

/// Parameters that only say where a reader came from, on any host.
const TRACKING: &[&str] = &[
    "__hsfp",
    "__hssc",
    "__hstc",
    "__s",
    "__twitter_impression",
    "_bhlid",
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "_openstat",
    "at_campaign",
    "at_medium",
    "ceid_src",
    "cmp",
    "cmpid",
    "ck_subscriber_id",
    "dclid",
    "dm_i",
    "ef_id",
    "epik",
    "fb_action_ids",
    "fb_action_types",
    "fb_ref",
    "fb_source",
    "fbclid",
    "gad_source",
    "gbraid",
    "gclid",
    "gclsrc",
    "gs_l",
    "hsctatracking",
    "icid",
    "igsh",
    "igshid",
    "irclickid",
    "ito",
    "li_fat_id",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "ml_subscriber",
    "ml_subscriber_hash",
    "msclkid",
    "ncid",
    "nr_email_referer",
    "oly_anon_id",
    "oly_enc_id",
    "pk_campaign",
    "pk_cid",
    "pk_content",
    "pk_cpn",
    "pk_keyword",
    "pk_kwd",
    "pk_medium",
    "pk_source",
    "rb_clickid",
    "rss_source",
    "s_cid",
    "s_kwcid",
    "spm",
    "sr_share",
    "srsltid",
    "ss_email_id",
    "sscid",
    "trk_contact",
    "trk_msg",
    "trk_module",
    "trk_sid",
    "ttclid",
    "twclid",
    "usqp",
    "vero_conv",
    "vero_id",
    "wbraid",
    "wickedid",
    "wt_mc",
    "yclid",
    "ysclid",
];

/// The same, by how they begin.
const TRACKING_PREFIXES: &[&str] = &[
    "utm_",
    "mtm_",
    "matomo_",
    "piwik_",
    "hsa_",
    "at_custom",
    "at_link",
    "at_ptr",
    "bsft_",
    "__cft__",
    "stm_",
    "amp_js_",
];

/// Parameters that track on one site (and below it) and mean something elsewhere.
const SCOPED: &[(&str, &[&str])] = &[
    ("youtube.com", &["si", "feature", "pp", "ab_channel", "app", "kw"]),
    ("youtu.be", &["si", "feature", "pp"]),
    ("x.com", &["ref_src", "ref_url", "s", "t", "cxt"]),
    ("reddit.com", &["share_id", "rdt", "context", "correlation_id", "ref_share"]),
    ("linkedin.com", &["trk", "trkinfo", "trackingid", "lipi", "refid", "midtoken", "original_referer"]),
    ("medium.com", &["source", "sk", "gi"]),
    ("nytimes.com", &["smid", "partner", "emc", "smtyp", "unlocked_article_code", "referringsource", "campaign_id"]),
    ("bbc.com", &["xtor", "ns_mchannel", "ns_source", "ns_campaign", "ns_linkname", "intlink_from_url"]),
    ("spotify.com", &["si"]),
    ("bloomberg.com", &["srnd", "sref", "leadsource"]),
    ("washingtonpost.com", &["itid", "tid", "wpisrc"]),
    ("substack.com", &["r", "isfreemail", "publication_id", "post_id", "triedredirect", "showwelcomeonshare"]),
    ("facebook.com", &["__tn__", "mibextid", "refsrc", "_rdr"]),
    ("wired.com", &["mbid"]),
    ("theguardian.com", &["inajax", "intcmp"]),
];

/// Parameters that track when their value names a place.
const ORIGIN: &[&str] = &["ref", "source", "via", "referrer"];

/// Places that are no host names.
const PLACES: &[&str] = &[
    "email",
    "facebook",
    "feed",
    "hackernews",
    "hacker-news",
    "hn",
    "homepage",
    "linkedin",
    "lobsters",
    "mastodon",
    "newsletter",
    "producthunt",
    "reddit",
    "rss",
    "rss-feed",
    "share",
    "sharing",
    "social",
    "twitter",
    "x",
];

/// Whether a parameter of `host` says where a reader came from, or how the page is served, and not which page.
/// `name` is in lower case, `value` percent-encoded.
pub(super) fn tracks(host: &str, name: &str, value: &str) -> bool {
    TRACKING.contains(&name)
        || TRACKING_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || SCOPED.iter().any(|(site, names)| at_or_below(site, host) && names.contains(&name))
        || (ORIGIN.contains(&name) && is_place(value))
        || (name == "amp" && ["", "1", "true"].contains(&value))
        || (name == "outputtype" && value == "amp")
}

/// Whether a value names where a reader came from: a host, or a well-known place.
fn is_place(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    let host = value.contains('.') && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
    PLACES.contains(&value.as_str())
        // As Medium's feeds have it, on domains of all kinds.
        || (value.starts_with("rss-") && value.contains("---"))
        || (host
            && psl::suffix(value.as_bytes()).is_some_and(|suffix| suffix.is_known())
            && psl::domain_str(&value).is_some())
}

fn at_or_below(site: &str, host: &str) -> bool {
    host.strip_suffix(site).is_some_and(|below| below.is_empty() || below.ends_with('.'))
}
