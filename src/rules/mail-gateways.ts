// Services that take the mail of a domain in front of its mailboxes to filter it, as dated data: known by the ends of their MX hosts.

/** The month in which the list was last compared with what the services have their customers publish. */
export const mailGatewaysAsOf = '2026-11'

export interface MailGateway {
  readonly title: string
  /** Ends of MX host names, lower case, without trailing dot. */
  readonly mx: readonly string[]
}

export const mailGateways: readonly MailGateway[] = [
  { title: 'Proofpoint', mx: ['pphosted.com', 'gpphosted.com', 'ppe-hosted.com'] },
  { title: 'Mimecast', mx: ['mimecast.com', 'mimecast.co.za', 'mimecast-offshore.com'] },
  { title: 'Barracuda', mx: ['barracudanetworks.com'] },
  { title: 'Cisco Secure Email', mx: ['iphmx.com'] },
  { title: 'Symantec Email Security (Broadcom)', mx: ['messagelabs.com'] },
  { title: 'Sophos', mx: ['hydra.sophos.com'] },
  { title: 'Trend Micro', mx: ['tmes.trendmicro.com', 'tmes.trendmicro.eu'] },
  { title: 'Hornetsecurity', mx: ['hornetsecurity.com', 'antispameurope.com'] },
  { title: 'Forcepoint', mx: ['mailcontrol.com'] },
  { title: 'FortiMail Cloud', mx: ['fortimailcloud.com'] },
  { title: 'Trellix', mx: ['fireeyecloud.com'] },
  { title: 'Cloudflare Email Security', mx: ['mxrecord.io', 'mxrecord.mx'] },
  { title: 'SpamTitan', mx: ['spamtitan.com'] },
  { title: 'Zix', mx: ['arsmtp.com'] },
  { title: 'Retarus', mx: ['retarus.com'] },
  { title: 'SpamExperts', mx: ['antispamcloud.com'] },
  { title: 'SiteGround', mx: ['mailspamprotection.com'] },
  { title: 'MailRoute', mx: ['mailroute.net'] },
  { title: 'Vade', mx: ['vadesecure.com'] },
]
