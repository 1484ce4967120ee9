// The only list of checks. A new check is one source, one test, one page, and one line here.
import type { AnyCheck } from '../audit/check.ts'
import bimiCertificate from './bimi-certificate.ts'
import bimiLogo from './bimi-logo.ts'
import bimiRecord from './bimi-record.ts'
import certificateCaa from './certificate-caa.ts'
import certificateChain from './certificate-chain.ts'
import certificateExpiry from './certificate-expiry.ts'
import certificateName from './certificate-name.ts'
import daneCertificate from './dane-certificate.ts'
import daneTlsa from './dane-tlsa.ts'
import dkimKey from './dkim-key.ts'
import dkimKeyMatch from './dkim-key-match.ts'
import dkimKeyStrength from './dkim-key-strength.ts'
import dkimParked from './dkim-parked.ts'
import dkimSelectors from './dkim-selectors.ts'
import dmarcAlignment from './dmarc-alignment.ts'
import dmarcParked from './dmarc-parked.ts'
import dmarcPolicy from './dmarc-policy.ts'
import dmarcReceiverViews from './dmarc-receiver-views.ts'
import dmarcRecord from './dmarc-record.ts'
import dmarcReporting from './dmarc-reporting.ts'
import dnsCaa from './dns-caa.ts'
import dnsConsistency from './dns-consistency.ts'
import dnsDelegation from './dns-delegation.ts'
import dnsDnssec from './dns-dnssec.ts'
import dnsExistence from './dns-existence.ts'
import dnsPropagation from './dns-propagation.ts'
import dnsResolver from './dns-resolver.ts'
import dnsServers from './dns-servers.ts'
import dnsWildcard from './dns-wildcard.ts'
import dnsblAddress from './dnsbl-address.ts'
import dnsblDomain from './dnsbl-domain.ts'
import egressAddress from './egress-address.ts'
import egressPort25 from './egress-port-25.ts'
import egressReflector from './egress-reflector.ts'
import heloAddress from './helo-address.ts'
import heloFqdn from './helo-fqdn.ts'
import heloRdnsMatch from './helo-rdns-match.ts'
import m365Announcements from './m365-announcements.ts'
import m365Autodiscover from './m365-autodiscover.ts'
import m365Dkim from './m365-dkim.ts'
import m365InitialDomain from './m365-initial-domain.ts'
import m365MtaSts from './m365-mta-sts.ts'
import m365Mx from './m365-mx.ts'
import m365Spf from './m365-spf.ts'
import messageAddresses from './message-addresses.ts'
import messageArc from './message-arc.ts'
import messageAuthenticationResults from './message-authentication-results.ts'
import messageBimi from './message-bimi.ts'
import messageDate from './message-date.ts'
import messageDkim from './message-dkim.ts'
import messageDmarc from './message-dmarc.ts'
import messageFrom from './message-from.ts'
import messageHeaderSyntax from './message-header-syntax.ts'
import messageHeaders from './message-headers.ts'
import messageId from './message-id.ts'
import messageMime from './message-mime.ts'
import messageRspamd from './message-rspamd.ts'
import messageSignature from './message-signature.ts'
import messageSignatureCoverage from './message-signature-coverage.ts'
import messageSpf from './message-spf.ts'
import messageTrace from './message-trace.ts'
import messageUnsubscribe from './message-unsubscribe.ts'
import mtaStsPolicy from './mta-sts-policy.ts'
import mtaStsRecord from './mta-sts-record.ts'
import mxAddresses from './mx-addresses.ts'
import mxHosts from './mx-hosts.ts'
import mxNull from './mx-null.ts'
import mxParked from './mx-parked.ts'
import rdnsForwardConfirmed from './rdns-forward-confirmed.ts'
import rdnsGenericName from './rdns-generic-name.ts'
import rdnsPresence from './rdns-presence.ts'
import smtpBanner from './smtp-banner.ts'
import smtpOpenRelay from './smtp-open-relay.ts'
import smtpPostmaster from './smtp-postmaster.ts'
import smtpReverseName from './smtp-reverse-name.ts'
import smtpSubmission from './smtp-submission.ts'
import spfAuthorization from './spf-authorization.ts'
import spfIncludeHealth from './spf-include-health.ts'
import spfLookupLimit from './spf-lookup-limit.ts'
import spfParked from './spf-parked.ts'
import spfPermissiveness from './spf-permissiveness.ts'
import spfRecord from './spf-record.ts'
import spfSenderDependent from './spf-sender-dependent.ts'
import spfSyntax from './spf-syntax.ts'
import spfVoidLookups from './spf-void-lookups.ts'
import starttlsOffer from './starttls-offer.ts'
import tlsReporting from './tls-reporting.ts'
import tlsVersion from './tls-version.ts'
import transportStrictDelivery from './transport-strict-delivery.ts'

/** Every check, in the order in which a person reads them. */
export const checks = [
  messageFrom,
  messageSpf,
  messageDkim,
  messageSignature,
  messageSignatureCoverage,
  messageDmarc,
  messageArc,
  messageAuthenticationResults,
  messageTrace,
  messageHeaders,
  messageHeaderSyntax,
  messageAddresses,
  messageDate,
  messageId,
  messageMime,
  messageUnsubscribe,
  messageBimi,
  messageRspamd,
  dnsResolver,
  dnsExistence,
  dnsDnssec,
  dnsCaa,
  dnsWildcard,
  dnsDelegation,
  dnsServers,
  dnsConsistency,
  dnsPropagation,
  mxHosts,
  mxAddresses,
  mxNull,
  mxParked,
  spfRecord,
  spfSyntax,
  spfLookupLimit,
  spfVoidLookups,
  spfPermissiveness,
  spfAuthorization,
  spfSenderDependent,
  spfIncludeHealth,
  spfParked,
  dkimKey,
  dkimKeyStrength,
  dkimKeyMatch,
  dkimSelectors,
  dkimParked,
  dmarcRecord,
  dmarcPolicy,
  dmarcAlignment,
  dmarcReceiverViews,
  dmarcReporting,
  dmarcParked,
  rdnsPresence,
  rdnsForwardConfirmed,
  rdnsGenericName,
  heloFqdn,
  heloAddress,
  heloRdnsMatch,
  dnsblAddress,
  dnsblDomain,
  starttlsOffer,
  certificateExpiry,
  certificateName,
  certificateChain,
  certificateCaa,
  tlsVersion,
  mtaStsRecord,
  mtaStsPolicy,
  tlsReporting,
  daneTlsa,
  daneCertificate,
  transportStrictDelivery,
  smtpBanner,
  smtpReverseName,
  smtpPostmaster,
  smtpOpenRelay,
  smtpSubmission,
  egressPort25,
  egressAddress,
  egressReflector,
  m365Mx,
  m365Spf,
  m365Dkim,
  m365Autodiscover,
  m365InitialDomain,
  m365MtaSts,
  m365Announcements,
  bimiRecord,
  bimiLogo,
  bimiCertificate,
] as unknown as readonly AnyCheck[]
