package terms

// Code is the machine name of a fact; its words, in every language, are found
// elsewhere. [Codes] lists them all.
type Code string

// What the customer owes while the incident is open.
const (
	DutyStaff24x7        Code = "staff_24x7"            // people at work on it around the clock until it is solved
	DutyRapidAccess      Code = "rapid_access"          // quick access and answers; the terms give no number
	DutyExecutives       Code = "executives_on_request" // its own executives are told when the provider asks
	DutyMatchEffort      Code = "match_effort"          // resources to match the provider's effort
	DutyChangeControl    Code = "change_control"        // its change control answers in four business hours
	DutyOwnerContact     Code = "owner_contact"         // correct contact details of the incident's owner
	DutyRespond24h       Code = "respond_24h"           // answers questions within 24 hours
	DutyOpenCase         Code = "open_case"             // opens the case and takes an active part
	DutyEnvironmentAdmin Code = "environment_admin"     // administers its own environment
	DutyLogs             Code = "logs_on_request"       // hands over traces and logs when asked
	DutyBrief            Code = "brief_engineer"        // tells the designated engineer what it needs to know
	DutyPortalAndTag     Code = "portal_and_tag"        // opens event cases in the portal with the tag in the text
)

// Who is assigned without being asked for.
const (
	RoleCritsitResource       Code = "critsit_resource"             // critical-situation resource, base severity 1
	RoleCritsitOversight      Code = "critsit_oversight"            // critical-situation oversight, base severity A
	RoleSeniorIncidentManager Code = "senior_incident_manager"      // enhanced incident management
	RoleSpecialists           Code = "specialists"                  // experienced specialists
	RoleARREngineers          Code = "arr_engineers"                // rapid response engineers
	RolePMCSEngineers         Code = "pmcs_support_engineers"       // platform MCS support engineers
	RoleEventEngineers        Code = "event_support_engineers"      // engineers who know the event's solution
	RoleEventTechLead         Code = "event_tech_lead"              // the Plus event's technical lead
	RoleSecurityEngineer      Code = "css_security_senior_engineer" // senior security engineer
	RoleREDEEngineer          Code = "rede_engineer"                // designated engineer, in its hours only
	RoleGitHubCRE             Code = "github_cre"                   // customer reliability engineer
)

// Where the incident is escalated inside the provider.
const (
	EscalationEnhanced           Code = "enhanced"                 // enhanced escalation, starts by itself for 1 and A
	EscalationProductTeam        Code = "product_team"             // rapidly to the product team
	EscalationCloudOps           Code = "cloud_ops"                // rapidly to cloud service operations
	EscalationInternal           Code = "internal"                 // rapidly inside the provider, no team named
	EscalationPMCSEngineering    Code = "pmcs_engineering"         // when the MCS support engineer decides so
	EscalationServiceEngineering Code = "service_engineering"      // through MCS engineering
	EscalationSecurity           Code = "security_engineering"     // security engineers as needed
	EscalationExecutives         Code = "ms_executives_on_request" // the provider's executives, when either side asks
	EscalationRSM                Code = "rsm_on_request"           // reactive support management, on request, business hours
)

// Who owns the incident on the provider's side.
const (
	OwnerSupport   Code = "owner_support"    // ordinary problem resolution support
	OwnerARR       Code = "owner_arr"        // the rapid response team, and it stays so
	OwnerEventTeam Code = "owner_event_team" // the event team, inside the window
	OwnerPMCS      Code = "owner_pmcs"       // the platform MCS support engineers
)

// What happens when the customer cannot provide people or answers. A person at
// the provider decides each of them; no timer does.
const (
	SeverityMayBeLowered Code = "severity_may_be_lowered"
	NoLonger24x7         Code = "not_24x7" // severity stays, the round-the-clock effort ends
	BusinessHoursOnly    Code = "business_hours_only"
	NoConsequence        Code = "none"
)

// Remarks that go with a commitment.
const (
	NoteWorkBeginsNow       Code = "work_begins_immediately"       // the terms say at once and give no number
	NoteOffer24x7           Code = "offer_24x7"                    // B can be worked around the clock on request
	NoteNo24x7              Code = "no_24x7_for_c"                 // C is worked in business hours only
	NoteCalendarEnds        Code = "calendar_not_covered"          // args: covered_until
	NoteDowngradesDiffer    Code = "downgrades_differ"             // args: one per plan; a person must decide
	NoteCloudAdminPortal    Code = "cloud_admin_portal"            // cloud administrators use the product's portal
	NoteOpenList            Code = "open_exclusion_list"           // args: plan; a person may judge otherwise
	NoteKeptByPerson        Code = "kept_by_person"                // args: plan, by, reason
	NoteAzureTimeExcluded   Code = "azure_time_excluded"           // args: plan; its Azure time leaves this component out
	NoteNoListedTime        Code = "no_listed_time"                // args: plan; strict reading of its exclusion
	NoteReplacesBase        Code = "replaces_base"                 // args: plan; its time stands instead of the base's
	NoteREDEOutsideHours    Code = "rede_outside_hours"            // args: from; the engineer joins in the next hours
	NoteREDEOnRequest       Code = "rede_on_request"               // B and C: when the customer asks
	NoteIncidentManagement  Code = "incident_management_24x7"      // reachable day and night
	NoteManagementLanguages Code = "incident_management_languages" // args: languages
	NoteEventTeam24x7       Code = "event_team_24x7"               // the event team is there around the clock
	NoteEventTeamsChannel   Code = "event_teams_channel"           // for talk, not for submitting
	NoteEventMayBeCancelled Code = "event_may_be_cancelled"        // when the customer cannot staff it
	NoteTagRequired         Code = "tag_required"                  // args: tag
	NoteTagMissing          Code = "tag_missing_tolerated"         // the lenient reading only
	NoteBroadOutage         Code = "broad_outage"                  // no priority for one customer's recovery
	NotePreview             Code = "preview_no_target"             // previews have no time in the terms
	NoteGitHubTerms         Code = "github_data_terms"             // GitHub's own privacy terms apply
	NoteNotASubmission      Code = "not_a_submission"              // args: via; the case must also be made another way
	NoteInitialResponse     Code = "initial_response"              // the chart's other word for the first call
	NoteSovereign           Code = "sovereign_environment"         // the customer has a government or sovereign cloud
	NoteNoAgreement         Code = "no_active_agreement"           // no base plan in force: nothing is owed
	NoteTimesFromExhibit    Code = "times_from_exhibit"            // args: plan, exhibit
	NoteRoutedToARR         Code = "routed_to_arr"                 // B and C, when the provider has confirmed it
	NoteClocksMoved         Code = "clocks_moved"                  // args: at; the severity changed then
	NoteCaseKeeper          Code = "arr_keeps_ownership"           // the team stays responsible when others help
)

// Why a plan that the customer holds does not apply.
const (
	ReasonNoBase             Code = "base_required"
	ReasonBaseEnded          Code = "base_ended"
	ReasonEnded              Code = "plan_ended"
	ReasonNotStarted         Code = "plan_not_started"
	ReasonSeverity           Code = "severity_not_covered"
	ReasonOutOfScope         Code = "product_out_of_scope"
	ReasonExcluded           Code = "product_excluded"
	ReasonExcludedByPerson   Code = "excluded_by_person"
	ReasonNotOnWorkOrder     Code = "product_not_on_work_order"
	ReasonChannel            Code = "wrong_channel"
	ReasonNotProduction      Code = "not_production"
	ReasonNotEnrolled        Code = "subscription_not_enrolled"
	ReasonTenant             Code = "tenant_not_listed"
	ReasonPreview            Code = "preview"
	ReasonCustomCode         Code = "custom_code"
	ReasonRestrictedAccess   Code = "restricted_access"
	ReasonCustomersCustomer  Code = "customers_customer"
	ReasonIntakeMissing      Code = "intake_not_done"
	ReasonOnboarding         Code = "onboarding_only"
	ReasonOutsideEvent       Code = "outside_event"
	ReasonTagMissing         Code = "tag_missing"
	ReasonSovereign          Code = "sovereign_cloud"
	ReasonExhibitMissing     Code = "exhibit_missing"
	ReasonNotInExhibit       Code = "not_in_exhibit"
	ReasonOnboardingRequired Code = "onboarding_required"
)

// What each severity means. The customer's duty to say the impact is not here:
// it is asked at intake.
const (
	DefCriticalSystemDown     Code = "critical_system_down"
	DefBusinessAtRisk         Code = "business_at_risk"
	DefCompleteLoss           Code = "complete_loss"
	DefImmediateAttention     Code = "immediate_attention"
	DefCoreProcessLost        Code = "core_process_lost" // added by three Azure plans
	DefCriticalSystemDegraded Code = "critical_system_degraded"
	DefSignificantLoss        Code = "significant_loss"
	DefModerateImpact         Code = "moderate_impact"
	DefWorkGoesOnImpaired     Code = "work_goes_on_impaired"
	DefMinorImpact            Code = "minor_impact"
	DefMostlyWorking          Code = "mostly_working"
)

// How a root cause analysis is asked for.
const (
	RCAByContact        Code = "rca_by_contact"         // the contact says so before the end
	RCAByPMCSEngineer   Code = "rca_by_pmcs_engineer"   // through the designated MCS engineer
	RCAByAccountManager Code = "rca_by_account_manager" // not included; ask the account manager
	RCAByREDEEngineer   Code = "rca_by_rede_engineer"   // the designated engineer does it where it applies
)

// Why the dates of a planned business event are refused.
const (
	RefusedTooFewDays     Code = "event_too_few_days"
	RefusedTooManyDays    Code = "event_too_many_days"
	RefusedNotConsecutive Code = "event_not_consecutive"
	RefusedNoEventPlan    Code = "event_plan_needed"
	RefusedDaysUnordered  Code = "event_days_unordered" // or one of them twice
)

// CodeGroup is a family of codes under the name its words are kept by.
type CodeGroup struct {
	Name  string
	Codes []Code
}

// Names of the groups of codes.
const (
	GroupDuty        = "duty"
	GroupRole        = "role"
	GroupEscalation  = "escalation"
	GroupOwner       = "owner"
	GroupConsequence = "consequence"
	GroupNote        = "note"
	GroupReason      = "reason"
	GroupDefinition  = "definition"
	GroupRCA         = "rca"
	GroupEventDays   = "event_days"
)

// Codes lists every code by group, in a fixed order, so that a test of the words
// can ask for each of them. The slices are fresh.
func Codes() []CodeGroup {
	return []CodeGroup{
		{GroupDuty, []Code{
			DutyStaff24x7, DutyRapidAccess, DutyExecutives, DutyMatchEffort, DutyChangeControl, DutyOwnerContact,
			DutyRespond24h, DutyOpenCase, DutyEnvironmentAdmin, DutyLogs, DutyBrief, DutyPortalAndTag,
		}},
		{GroupRole, []Code{
			RoleCritsitResource, RoleCritsitOversight, RoleSeniorIncidentManager, RoleSpecialists, RoleARREngineers,
			RolePMCSEngineers, RoleEventEngineers, RoleEventTechLead, RoleSecurityEngineer, RoleREDEEngineer, RoleGitHubCRE,
		}},
		{GroupEscalation, []Code{
			EscalationEnhanced, EscalationProductTeam, EscalationCloudOps, EscalationInternal, EscalationPMCSEngineering,
			EscalationServiceEngineering, EscalationSecurity, EscalationExecutives, EscalationRSM,
		}},
		{GroupOwner, []Code{OwnerSupport, OwnerARR, OwnerEventTeam, OwnerPMCS}},
		{GroupConsequence, []Code{SeverityMayBeLowered, NoLonger24x7, BusinessHoursOnly, NoConsequence}},
		{GroupNote, []Code{
			NoteWorkBeginsNow, NoteOffer24x7, NoteNo24x7, NoteCalendarEnds, NoteDowngradesDiffer, NoteCloudAdminPortal,
			NoteOpenList, NoteKeptByPerson, NoteAzureTimeExcluded, NoteNoListedTime, NoteReplacesBase, NoteREDEOutsideHours,
			NoteREDEOnRequest, NoteIncidentManagement, NoteManagementLanguages, NoteEventTeam24x7, NoteEventTeamsChannel,
			NoteEventMayBeCancelled, NoteTagRequired, NoteTagMissing, NoteBroadOutage, NotePreview, NoteGitHubTerms,
			NoteNotASubmission, NoteInitialResponse, NoteSovereign, NoteNoAgreement, NoteTimesFromExhibit, NoteRoutedToARR,
			NoteClocksMoved, NoteCaseKeeper,
		}},
		{GroupReason, []Code{
			ReasonNoBase, ReasonBaseEnded, ReasonEnded, ReasonNotStarted, ReasonSeverity, ReasonOutOfScope, ReasonExcluded,
			ReasonExcludedByPerson, ReasonNotOnWorkOrder, ReasonChannel, ReasonNotProduction, ReasonNotEnrolled, ReasonTenant,
			ReasonPreview, ReasonCustomCode, ReasonRestrictedAccess, ReasonCustomersCustomer, ReasonIntakeMissing,
			ReasonOnboarding, ReasonOutsideEvent, ReasonTagMissing, ReasonSovereign, ReasonExhibitMissing, ReasonNotInExhibit,
			ReasonOnboardingRequired,
		}},
		{GroupDefinition, []Code{
			DefCriticalSystemDown, DefBusinessAtRisk, DefCompleteLoss, DefImmediateAttention, DefCoreProcessLost,
			DefCriticalSystemDegraded, DefSignificantLoss, DefModerateImpact, DefWorkGoesOnImpaired, DefMinorImpact,
			DefMostlyWorking,
		}},
		{GroupRCA, []Code{RCAByContact, RCAByPMCSEngineer, RCAByAccountManager, RCAByREDEEngineer}},
		{GroupEventDays, []Code{
			RefusedTooFewDays, RefusedTooManyDays, RefusedNotConsecutive, RefusedNoEventPlan, RefusedDaysUnordered,
		}},
	}
}
