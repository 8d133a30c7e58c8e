package teamsfake

import "strings"

// cardObjects lists what may stand in an Adaptive Card 1.5 in Teams: each
// object with the version it came with and its properties, written as
// name[!]:kind[@version]; ! marks a required one.
//
// https://adaptivecards.io/explorer/
var cardObjects = map[string]cardObject{
	"AdaptiveCard": object("1.0", `version:version refresh:refresh@1.4 body:elements actions:bar selectAction:select@1.1
		fallbackText:text backgroundImage:background minHeight:pixels@1.2 rtl:bool@1.5 lang:text
		verticalContentAlignment:VerticalAlignment@1.1 $schema:url msteams:msteams`),

	"TextBlock": element("1.0", `text!:markdown color:Colors fontType:FontType@1.2 horizontalAlignment:HorizontalAlignment
		isSubtle:bool maxLines:count size:FontSize weight:FontWeight wrap:bool style:TextBlockStyle@1.5`),
	"RichTextBlock": element("1.2", `inlines!:inlines horizontalAlignment:HorizontalAlignment`),
	"TextRun": object("1.2", `text!:plain color:Colors fontType:FontType highlight:bool isSubtle:bool italic:bool
		selectAction:select size:FontSize strikethrough:bool underline:bool@1.3 weight:FontWeight`),
	"Image": element("1.0", `url!:picture altText!:text backgroundColor:text@1.1 height:imageHeight@1.1 width:pixels@1.1
		horizontalAlignment:HorizontalAlignment selectAction:select@1.1 size:ImageSize style:ImageStyle`),
	"ImageSet": element("1.0", `images!:images imageSize:ImageSize`),
	"FactSet":  element("1.0", `facts!:facts`),
	"Fact":     object("1.0", `title!:markdown value!:markdown`),
	"Container": element("1.0", `items!:elements selectAction:select@1.1 style:ContainerStyle
		verticalContentAlignment:VerticalAlignment@1.1 bleed:bool@1.2 backgroundImage:background minHeight:pixels@1.2 rtl:bool@1.5`),
	"ColumnSet": element("1.0", `columns:columns selectAction:select@1.1 style:ContainerStyle@1.2 bleed:bool@1.2
		minHeight:pixels@1.2 horizontalAlignment:HorizontalAlignment`),
	"Column": object("1.0", `items:elements backgroundImage:background bleed:bool@1.2 fallback:elementFallback@1.2
		minHeight:pixels@1.2 rtl:bool@1.5 separator:bool spacing:Spacing selectAction:select@1.1 style:ContainerStyle
		verticalContentAlignment:VerticalAlignment@1.1 width:width id:text isVisible:bool@1.2 requires:requires@1.2`),
	"Table": element("1.5", `columns:tableColumns rows:tableRows firstRowAsHeader:bool showGridLines:bool gridStyle:ContainerStyle
		horizontalCellContentAlignment:HorizontalAlignment verticalCellContentAlignment:VerticalAlignment`),
	"TableColumnDefinition": object("1.5", `width:width horizontalCellContentAlignment:HorizontalAlignment
		verticalCellContentAlignment:VerticalAlignment`),
	"TableRow": object("1.5", `cells:tableCells style:ContainerStyle horizontalCellContentAlignment:HorizontalAlignment
		verticalCellContentAlignment:VerticalAlignment`),
	"TableCell": object("1.5", `items!:elements selectAction:select style:ContainerStyle
		verticalContentAlignment:VerticalAlignment bleed:bool backgroundImage:background minHeight:pixels rtl:bool`),
	"ActionSet": element("1.2", `actions!:bar`),

	"Input.Text": input(`isMultiline:bool maxLength:count placeholder:text regex:regex@1.3 style:TextInputStyle
		inlineAction:select@1.2 value:string`),
	"Input.Number":    input(`max:number min:number placeholder:text value:number`),
	"Input.Date":      input(`max:date min:date placeholder:text value:date`),
	"Input.Time":      input(`max:clock min:clock placeholder:text value:clock`),
	"Input.Toggle":    input(`title!:text value:string valueOff:string valueOn:string wrap:bool@1.2`),
	"Input.ChoiceSet": input(`choices!:choices isMultiSelect:bool style:ChoiceInputStyle value:string placeholder:text wrap:bool@1.2`),
	"Input.Choice":    object("1.0", `title!:text value!:text`),

	"Action.Execute":          action("1.4", `verb:text data:data associatedInputs:AssociatedInputs`),
	"Action.Submit":           action("1.0", `data:data associatedInputs:AssociatedInputs@1.3`),
	"Action.OpenUrl":          action("1.0", `url!:link`),
	"Action.ShowCard":         action("1.0", `card!:card`),
	"Action.ToggleVisibility": action("1.2", `targetElements!:targets`),

	"Refresh":         object("1.4", `action!:execute userIds:people`),
	"BackgroundImage": object("1.2", `url!:picture fillMode:ImageFillMode horizontalAlignment:HorizontalAlignment verticalAlignment:VerticalAlignment`),
	"TargetElement":   object("1.2", `elementId!:text isVisible:bool`),
}

// bodyElements are the objects that may stand in a body, a container, a column
// or a cell. Media is missing: Teams doesn't show it.
var bodyElements = words(`TextBlock RichTextBlock Image ImageSet FactSet Container ColumnSet Table ActionSet
	Input.Text Input.Number Input.Date Input.Time Input.Toggle Input.ChoiceSet`)

var (
	barActions    = words(`Action.Execute Action.Submit Action.OpenUrl Action.ShowCard Action.ToggleVisibility`)
	selectActions = words(`Action.Execute Action.Submit Action.OpenUrl Action.ToggleVisibility`)
)

// cardEnums lists the values a property may have; clients ignore their case.
var cardEnums = map[string]map[string]bool{
	"ActionMode":          words(`primary secondary`),
	"ActionStyle":         words(`default positive destructive`),
	"AssociatedInputs":    words(`auto none`),
	"BlockHeight":         words(`auto stretch`),
	"ChoiceInputStyle":    words(`compact expanded filtered`),
	"Colors":              words(`default dark light accent good warning attention`),
	"ContainerStyle":      words(`default emphasis good attention warning accent`),
	"FontSize":            words(`default small medium large extralarge`),
	"FontType":            words(`default monospace`),
	"FontWeight":          words(`default lighter bolder`),
	"HorizontalAlignment": words(`left center right`),
	"ImageFillMode":       words(`cover repeathorizontally repeatvertically repeat`),
	"ImageSize":           words(`auto stretch small medium large`),
	"ImageStyle":          words(`default person`),
	"Spacing":             words(`default none small medium large extralarge padding`),
	"TextBlockStyle":      words(`default heading`),
	"TextInputStyle":      words(`text tel url email password`),
	"VerticalAlignment":   words(`top center bottom`),
}

type cardObject struct {
	since string
	props map[string]cardProp
}

type cardProp struct {
	kind     string
	since    string
	required bool
}

const (
	elementProps = ` fallback:elementFallback@1.2 height:BlockHeight@1.1 separator:bool spacing:Spacing id:text isVisible:bool@1.2 requires:requires@1.2`
	inputProps   = ` id!:text errorMessage:text@1.3 isRequired:bool@1.3 label:text@1.3`
	actionProps  = ` title:text iconUrl:picture@1.1 id:text style:ActionStyle@1.2 fallback:actionFallback@1.2 tooltip:text@1.5 isEnabled:bool@1.5 mode:ActionMode@1.5 requires:requires@1.2`
)

func element(since, props string) cardObject {
	return object(since, elementProps+" "+props) // later ones win: an Image has its own height
}

func input(props string) cardObject {
	return object("1.0", strings.Replace(elementProps, " id:text", "", 1)+inputProps+" "+props)
}

func action(since, props string) cardObject {
	return object(since, actionProps+" "+props)
}

func object(since, props string) cardObject {
	o := cardObject{since: since, props: map[string]cardProp{}}
	for _, p := range strings.Fields(props) {
		name, kind, _ := strings.Cut(p, ":")
		kind, version, _ := strings.Cut(kind, "@")
		required := strings.HasSuffix(name, "!")
		o.props[strings.TrimSuffix(name, "!")] = cardProp{kind: kind, since: version, required: required}
	}
	return o
}

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}
